/** Everything that a story needs: the controller, its devices, and where the pages are. */
import { fileURLToPath } from 'node:url'
import { OPERATORS, PASSWORD, TAPS, type Wishes } from './campus'
import { Controller } from './controller'
import { Gates } from './gates'
import { MeterLine } from './meters'
import { Proxy } from './proxy'
import { Taps } from './taps'

export class World {
  private constructor(
    readonly controller: Controller,
    readonly gates: Gates,
    readonly lines: MeterLine[],
    readonly taps: Taps,
    private readonly proxy: Proxy,
    readonly url: string,
  ) {}

  static async start(port = 0, wishes: Wishes = {}): Promise<World> {
    const binary = process.env.ONECARD_BIN
    if (!binary) throw new Error('set ONECARD_BIN to the controller')
    const lines = [await MeterLine.start(18), await MeterLine.start(18)]
    const ports = lines.map((line) => line.port)
    const controller = await Controller.start(binary, ports, wishes)
    const gates = await Gates.start(controller.mqtt)
    const taps = await Taps.start(controller.mqtt, wishes.hasTaps ? TAPS : [])
    const dist = fileURLToPath(new URL('../../dist', import.meta.url))
    const proxy = await Proxy.start(controller, dist, port)
    // A controller that was built with its pages shows those, unless `ONECARD_DIST` is set.
    const isOwn = !process.env.ONECARD_DIST && (await fetch(`${controller.http}/`)).ok
    return new World(controller, gates, lines, taps, proxy, isOwn ? controller.http : proxy.url)
  }

  /** Something heavy is switched on in a room; the units of `north-101`… are counted per line. */
  overload(room: string, watts = 2400): void {
    this.wired(room, (line, unit) => line.draw(unit, watts))
  }

  /** A room's counter shows so much from now on. */
  count(room: string, kwh: number): void {
    this.wired(room, (line, unit) => line.count(unit, kwh))
  }

  silence(room: string, silent: boolean): void {
    this.wired(room, (line, unit) => line.silence(unit, silent))
  }

  /** Somebody pays in at the cash desk, in fen. */
  async topUp(to: string, amount_fen: number, receipt: number): Promise<void> {
    const { operator } = OPERATORS.finance
    const opened = await this.post('/api/session', { operator, password: PASSWORD })
    const { csrf } = (await opened.json()) as { csrf: string }
    const cookie = opened.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ')
    const body = { to, amount_fen, desk: 'main', receipt, why: 'paid in cash' }
    await this.post('/api/money/top-up', body, { 'X-CSRF-Token': csrf, Cookie: cookie })
  }

  private async post(path: string, body: object, more: Record<string, string> = {}) {
    const headers = { 'Content-Type': 'application/json', ...more }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    const response = await fetch(this.controller.http + path, init)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response
  }

  async stop(): Promise<void> {
    await this.proxy.stop()
    await this.gates.stop()
    await this.taps.stop()
    await this.controller.stop()
    for (const line of this.lines) line.stop()
  }

  private wired(room: string, run: (line: MeterLine, unit: number) => void): void {
    const floor = Number(room.at(-3))
    const door = Number(room.at(-1))
    const line = this.lines[floor <= 3 ? 0 : 1]
    if (!line) throw new Error(`no line for ${room}`)
    run(line, ((floor - 1) % 3) * 6 + door)
  }
}
