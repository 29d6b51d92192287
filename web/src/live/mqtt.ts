/** The wire of a link: mqtt.js over WebSocket. Loaded when somebody has signed in. */
import mqtt, { type MqttClient } from 'mqtt'
import { ticker } from './ticker'
import type { Credential, Wire, WireEvents } from './link'

/** A dead line is noticed within one and a half of it. */
const KEEPALIVE_S = 5
const CONNECT_MS = 8_000

export function connect(credential: Credential, events: WireEvents): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const client: MqttClient = mqtt.connect(credential.url, {
      clientId: credential.client_id,
      ...(credential.username && {
        username: credential.username,
        password: credential.password,
      }),
      protocolVersion: 5,
      clean: true,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_MS,
      // Coming back is the link's business: it may need another credential.
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      timerVariant: ticker as never,
    })
    let isSettled = false
    const wire: Wire = {
      subscribe: async (filters) => {
        if (filters.length > 0) await client.subscribeAsync(filters, { qos: 1 })
      },
      unsubscribe: async (filters) => {
        if (filters.length > 0) await client.unsubscribeAsync(filters)
      },
      end: () => void client.end(true),
    }
    client.on('message', (topic, payload, packet) => events.message(topic, payload, packet.retain))
    client.on('connect', () => {
      isSettled = true
      resolve(wire)
    })
    client.on('error', (error) => {
      client.end(true)
      if (!isSettled) reject(error)
    })
    client.on('close', () => {
      client.end(true)
      if (isSettled) events.closed()
      else reject(new Error('the broker closed the connection'))
    })
  })
}
