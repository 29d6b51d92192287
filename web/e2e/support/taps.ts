/** Valves with meters and the readers before them, over plain MQTT: they obey, and water runs when the
 * story wants it. */
import mqtt, { type MqttClient } from 'mqtt'

interface Valve {
  client: MqttClient
  state: 'closed' | 'open' | 'fault'
  register: number
  command?: string
  detail?: string
}

interface Command {
  command: 'open' | 'close' | 'report'
  id: string
}

function topic(kind: 'valve' | 'reader', tap: string, channel: string): string {
  return `onecard/west/north/${kind}/${tap}/${channel}`
}

export class Taps {
  private readonly valves = new Map<string, Valve>()
  private swipes = 0
  private readonly boot = Date.now()

  static async start(url: string, taps: readonly string[]): Promise<Taps> {
    const all = new Taps()
    for (const tap of taps) await all.begin(url, tap)
    return all
  }

  async swipe(tap: string, card: string): Promise<void> {
    this.swipes += 1
    const body = { card, at: new Date().toISOString(), boot: this.boot, seq: this.swipes }
    const { client } = this.valve(tap)
    await client.publishAsync(topic('reader', tap, 'swipe'), JSON.stringify(body), { qos: 1 })
  }

  /** So much runs, and the valve says so. */
  flow(tap: string, ml: number): void {
    this.valve(tap).register += ml
    this.report(tap)
  }

  fail(tap: string, detail: string): void {
    Object.assign(this.valve(tap), { state: 'fault', detail })
    this.report(tap)
  }

  /** It is gone, without a word. */
  vanish(tap: string): void {
    this.valve(tap).client.stream.destroy()
  }

  isOpen(tap: string): boolean {
    return this.valve(tap).state === 'open'
  }

  async stop(): Promise<void> {
    await Promise.all([...this.valves.values()].map(({ client }) => client.endAsync(true)))
  }

  private valve(tap: string): Valve {
    const valve = this.valves.get(tap)
    if (!valve) throw new Error(`there is no ${tap}`)
    return valve
  }

  private report(tap: string): void {
    const { client, state, register, command, detail } = this.valve(tap)
    const body = { state, register_ml: register, command, detail, at: new Date().toISOString() }
    client.publish(topic('valve', tap, 'state'), JSON.stringify(body), { qos: 1, retain: true })
  }

  private async begin(url: string, tap: string): Promise<void> {
    const availability = topic('valve', tap, 'availability')
    const client = await mqtt.connectAsync(url, {
      clientId: `valve-${tap}`,
      reconnectPeriod: 0,
      will: { topic: availability, payload: Buffer.from('offline'), qos: 1, retain: true },
    })
    this.valves.set(tap, { client, state: 'closed', register: 1_000_000 })
    client.on('message', (_, payload) => this.obey(tap, JSON.parse(payload.toString()) as Command))
    await client.subscribeAsync(topic('valve', tap, 'command'), { qos: 1 })
    await client.publishAsync(availability, 'online', { qos: 1, retain: true })
    this.report(tap)
  }

  private obey(tap: string, { command, id }: Command): void {
    const valve = this.valve(tap)
    if (command !== 'report') {
      valve.command = id
      if (valve.state !== 'fault') valve.state = command === 'open' ? 'open' : 'closed'
    }
    this.report(tap)
  }
}
