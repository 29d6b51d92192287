/** Readers and gates of the campus, over plain MQTT: they obey, confirm and let people pass. */
import mqtt, { type MqttClient } from 'mqtt'
import { GATE_ROWS, GATES } from './campus'

const AREA = Object.fromEntries(GATE_ROWS.map((gate) => [gate.id, gate.to]))

interface Command {
  command: 'open' | 'hold_open' | 'lock'
  id?: string
  mode?: string
  decision?: string
  direction?: string
}

function stamp(): string {
  return new Date().toISOString()
}

/** All gates; each is a client of its own, as in the field. */
export class Gates {
  private readonly clients = new Map<string, MqttClient>()
  private readonly deaf = new Set<string>()
  private readonly timers = new Set<NodeJS.Timeout>()
  private stopping = false
  private swipes = 0
  private readonly boot = Date.now()

  static async start(url: string): Promise<Gates> {
    const gates = new Gates()
    for (const gate of GATES) {
      gates.clients.set(gate, await gates.gate(url, gate))
      for (const direction of ['in', 'out']) {
        const reader = `${gate}-${direction}`
        const client = await mqtt.connectAsync(url, {
          clientId: `reader-${reader}`,
          reconnectPeriod: 200,
        })
        gates.clients.set(reader, client)
      }
    }
    return gates
  }

  /** A gate that is deaf neither obeys nor confirms. */
  deafen(gate: string, deaf: boolean): void {
    if (deaf) this.deaf.add(gate)
    else this.deaf.delete(gate)
  }

  async swipe(gate: string, direction: 'in' | 'out', card: string): Promise<void> {
    const reader = `${gate}-${direction}`
    this.swipes += 1
    const body = { card, at: stamp(), boot: this.boot, seq: this.swipes }
    const topic = `onecard/west/${AREA[gate]}/reader/${reader}/swipe`
    await this.client(reader).publishAsync(topic, JSON.stringify(body), { qos: 1 })
  }

  /** The gate says that it was opened without a permit. */
  async force(gate: string): Promise<void> {
    await this.say(gate, 'state', { state: 'open', at: stamp() })
  }

  async close(gate: string): Promise<void> {
    await this.say(gate, 'state', { state: 'closed', at: stamp() })
  }

  /** All are connected again. */
  async settled(): Promise<void> {
    for (const client of this.clients.values()) {
      while (!client.connected) await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async stop(): Promise<void> {
    this.stopping = true
    this.timers.forEach(clearTimeout)
    await Promise.all([...this.clients.values()].map((client) => client.endAsync(true)))
  }

  private client(name: string): MqttClient {
    const client = this.clients.get(name)
    if (!client) throw new Error(`there is no ${name}`)
    return client
  }

  private async say(gate: string, channel: string, body: object): Promise<void> {
    const topic = `onecard/west/${AREA[gate]}/gate/${gate}/${channel}`
    const retain = channel === 'state'
    await this.client(gate).publishAsync(topic, JSON.stringify(body), { qos: 1, retain })
  }

  /** Nobody waits for it; what is cut off by the end of the story is no fault. */
  private tell(gate: string, channel: string, body: object): void {
    this.say(gate, channel, body).catch((error: unknown) => {
      if (!this.stopping) throw error
    })
  }

  private async gate(url: string, gate: string): Promise<MqttClient> {
    const prefix = `onecard/west/${AREA[gate]}/gate/${gate}`
    const client = await mqtt.connectAsync(url, {
      clientId: `gate-${gate}`,
      reconnectPeriod: 200,
      will: {
        topic: `${prefix}/availability`,
        payload: Buffer.from('offline'),
        qos: 1,
        retain: true,
      },
    })
    const greet = () => {
      client.publish(`${prefix}/availability`, 'online', { qos: 1, retain: true })
      client.publish(`${prefix}/state`, JSON.stringify({ state: 'closed', at: stamp() }), {
        qos: 1,
        retain: true,
      })
    }
    client.on('connect', greet)
    greet()
    client.on('message', (_, payload) => {
      if (!this.deaf.has(gate)) this.obey(gate, JSON.parse(payload.toString()) as Command)
    })
    await client.subscribeAsync(`${prefix}/command`, { qos: 1 })
    return client
  }

  private obey(gate: string, command: Command): void {
    if (command.command === 'open') {
      const { decision, direction } = command
      this.tell(gate, 'state', { state: 'open', at: stamp(), command: decision })
      const timer = setTimeout(() => {
        this.tell(gate, 'passage', { decision, direction, passed: true, at: stamp() })
        this.tell(gate, 'state', { state: 'closed', at: stamp(), command: decision })
      }, 300)
      this.timers.add(timer)
      return
    }
    const state = command.command === 'hold_open' ? 'open' : 'closed'
    this.tell(gate, 'state', { state, at: stamp(), command: command.id, mode: command.mode })
  }
}
