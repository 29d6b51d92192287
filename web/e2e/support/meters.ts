/** Meters with relays on a Modbus TCP line, as far as the controller asks them (DDS238-2 ZN/SR). */
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

const RELAY = 0x1a
/** How long a meter thinks; a real one needs about as long. */
const TURNAROUND_MS = 12

interface Meter {
  watts: number
  closed: boolean
  silent: boolean
  /** What it has counted, in hundredths of a kWh. */
  counted: number
}

export class MeterLine {
  private readonly meters = new Map<number, Meter>()
  private readonly sockets = new Set<Socket>()
  private readonly server: Server

  private constructor(units: number) {
    for (let unit = 1; unit <= units; unit++) {
      this.meters.set(unit, {
        watts: 40 + ((unit * 67) % 400),
        closed: true,
        silent: false,
        counted: 0,
      })
    }
    this.server = createServer((socket) => {
      this.sockets.add(socket)
      socket.on('close', () => this.sockets.delete(socket))
      socket.on('error', () => socket.destroy())
      this.serve(socket)
    })
  }

  static async start(units: number): Promise<MeterLine> {
    const line = new MeterLine(units)
    await new Promise<void>((resolve) => line.server.listen(0, '127.0.0.1', resolve))
    return line
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  /** What is plugged in at a unit draws so much while it has power. */
  draw(unit: number, watts: number): void {
    this.meter(unit).watts = watts
  }

  silence(unit: number, silent: boolean): void {
    this.meter(unit).silent = silent
  }

  /** From now on its counter shows so much. */
  count(unit: number, kwh: number): void {
    this.meter(unit).counted = Math.round(kwh * 100)
  }

  isClosed(unit: number): boolean {
    return this.meter(unit).closed
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy()
    this.server.close()
  }

  private meter(unit: number): Meter {
    const meter = this.meters.get(unit)
    if (!meter) throw new Error(`there is no unit ${unit}`)
    return meter
  }

  private serve(socket: Socket): void {
    let heard = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      heard = Buffer.concat([heard, chunk])
      while (heard.length >= 6) {
        const length = 6 + heard.readUInt16BE(4)
        if (heard.length < length) return
        const frame = heard.subarray(0, length)
        heard = heard.subarray(length)
        const answer = this.answer(frame)
        if (answer) setTimeout(() => socket.writable && socket.write(answer), TURNAROUND_MS)
      }
    })
  }

  private answer(frame: Buffer): Buffer | null {
    const unit = frame.readUInt8(6)
    const meter = this.meters.get(unit)
    if (!meter || meter.silent) return null
    const code = frame.readUInt8(7)
    const address = frame.readUInt16BE(8)
    if (code === 3) {
      const count = frame.readUInt16BE(10)
      const body = Buffer.alloc(3 + 2 * count)
      body.writeUInt8(unit, 0)
      body.writeUInt8(3, 1)
      body.writeUInt8(2 * count, 2)
      for (let index = 0; index < count; index++) {
        body.writeUInt16BE(register(meter, address + index), 3 + 2 * index)
      }
      return enveloped(frame, body)
    }
    if (code === 16) {
      if (address === RELAY) meter.closed = frame.readUInt16BE(13) === 1
      const body = Buffer.alloc(6)
      frame.copy(body, 0, 6, 12)
      return enveloped(frame, body)
    }
    return enveloped(frame, Buffer.from([unit, code | 0x80, 1]))
  }
}

function register(meter: Meter, address: number): number {
  const watts = meter.closed ? meter.watts + Math.round(6 * Math.random()) : 0
  switch (address) {
    case 0x00:
    case 0x0a:
      return Math.floor(meter.counted / 0x1_0000)
    case 0x01:
    case 0x0b:
      return meter.counted % 0x1_0000
    case 0x0c:
      return 2200 + Math.round(20 * Math.random())
    case 0x0d:
      return Math.round((100 * watts) / 220)
    case 0x0e:
      return watts
    case 0x10:
      return 1000
    case 0x11:
      return 5000
    case RELAY:
      return meter.closed ? 1 : 0
    default:
      return 0
  }
}

function enveloped(asked: Buffer, body: Buffer): Buffer {
  const head = Buffer.alloc(6)
  asked.copy(head, 0, 0, 4)
  head.writeUInt16BE(body.length, 4)
  return Buffer.concat([head, body])
}
