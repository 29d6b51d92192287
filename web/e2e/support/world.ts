/** Everything that a story needs: the controller, its devices, and where the pages are. */
import { fileURLToPath } from 'node:url'
import type { Wishes } from './campus'
import { Controller } from './controller'
import { Gates } from './gates'
import { MeterLine } from './meters'
import { Proxy } from './proxy'

export class World {
  private constructor(
    readonly controller: Controller,
    readonly gates: Gates,
    readonly lines: MeterLine[],
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
    const dist = fileURLToPath(new URL('../../dist', import.meta.url))
    const proxy = await Proxy.start(controller, dist, port)
    // A controller that was built with its pages shows those.
    const own = await fetch(`${controller.http}/`)
    return new World(controller, gates, lines, proxy, own.ok ? controller.http : proxy.url)
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

  async stop(): Promise<void> {
    await this.proxy.stop()
    await this.gates.stop()
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
