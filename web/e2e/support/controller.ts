/** The real controller, as a process of its own on free ports. */
import { spawn, execFileSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OPERATORS, PASSWORD, writeCampus, type Ports, type Wishes } from './campus'

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=='

export class Controller {
  private child: ChildProcess | null = null
  private said = ''

  private constructor(
    private readonly binary: string,
    readonly folder: string,
    readonly ports: Ports,
  ) {}

  static async start(binary: string, lines: number[], wishes: Wishes = {}): Promise<Controller> {
    const folder = mkdtempSync(join(tmpdir(), 'onecard-web-'))
    const [mqtt, websocket, http] = [await freePort(), await freePort(), await freePort()]
    const controller = new Controller(binary, folder, { mqtt, websocket, http, lines })
    writeCampus(binary, folder, controller.ports, wishes)
    controller.enrol()
    await controller.run()
    return controller
  }

  get http(): string {
    return `http://127.0.0.1:${this.ports.http}`
  }

  get mqtt(): string {
    return `mqtt://127.0.0.1:${this.ports.mqtt}`
  }

  get websocket(): string {
    return `ws://127.0.0.1:${this.ports.websocket}`
  }

  /** Enrols the operators with their roles, places and password. */
  private enrol(): void {
    for (const { operator, name, role, areas, gates } of Object.values(OPERATORS)) {
      const places = [
        ...(areas ?? []).flatMap((area) => ['--area', area]),
        ...(gates ?? []).flatMap((gate) => ['--gate', gate]),
      ]
      const data = ['--data', this.data, operator]
      this.cli(['operator', 'add', ...data, '--role', role, '--called', name, ...places])
      this.cli(['operator', 'password', ...data, '--stdin'], `${PASSWORD}\n`)
    }
  }

  /** Imports a photo of somebody: one grey pixel, as a PNG. */
  photograph(person: string): void {
    const from = mkdtempSync(join(tmpdir(), 'onecard-photos-'))
    writeFileSync(join(from, `${person}.png`), Buffer.from(PIXEL, 'base64'))
    this.cli(['import', 'photos', from, '--data', this.data, '--apply'])
    rmSync(from, { recursive: true })
  }

  private get data(): string {
    return join(this.folder, 'data')
  }

  private cli(args: string[], input?: string): string {
    return execFileSync(this.binary, args, { encoding: 'utf8', stdio: 'pipe', input })
  }

  /** Starts the process on the same folder, and waits until it is well. */
  async run(): Promise<void> {
    const campus = join(this.folder, 'campus')
    const child = spawn(this.binary, ['serve', campus, '--data', this.data])
    this.child = child
    const hear = (chunk: Buffer) => (this.said = (this.said + chunk.toString()).slice(-8000))
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    const deadline = Date.now() + 20_000
    while (Date.now() < deadline) {
      if (child.exitCode !== null) throw new Error(`the controller ended: ${this.said}`)
      const health = await fetch(`${this.http}/health`).catch(() => null)
      if (health?.ok) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`the controller does not come up: ${this.said}`)
  }

  /** Ends the process in order. */
  async halt(): Promise<void> {
    const child = this.child
    this.child = null
    if (!child || child.exitCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
  }

  async stop(): Promise<void> {
    await this.halt()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
