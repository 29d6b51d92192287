import { describe, expect, it } from 'vitest'
import {
  backoff,
  Link,
  renewIn,
  SessionEnded,
  type Credential,
  type LinkState,
  type WireEvents,
} from './link'

const FILTERS = ['onecard/west/+/gate/+/entry', 'onecard/west/+/room/+/state']

function world() {
  const states: LinkState[] = []
  const ups: boolean[] = []
  const later: { delay: number; run: () => void; cancelled: boolean }[] = []
  const wires: { events: WireEvents; subscribed: string[]; ended: boolean; client: string }[] = []
  const script = {
    keeps: false,
    refuse: false,
    signedOut: false,
    wanted: FILTERS.slice(0, 1),
    ended: false,
  }
  let count = 0
  const link = new Link({
    credential: async (clientId) => {
      if (script.signedOut) throw new SessionEnded()
      count += 1
      const credential: Credential = {
        url: 'ws://127.0.0.1:1',
        client_id: (script.keeps && clientId) || `web-${count}`,
        username: 'u',
        password: 'p',
        expires_at: new Date(1_000_000 + 600_000).toISOString(),
        site: 'west',
        subscribe: FILTERS,
      }
      return credential
    },
    connect: async (credential, events) => {
      if (script.refuse) throw new Error('refused')
      const wire = {
        events,
        subscribed: [] as string[],
        ended: false,
        client: credential.client_id,
      }
      wires.push(wire)
      return {
        subscribe: async (filters) => void wire.subscribed.push(...filters),
        unsubscribe: async (filters) => {
          wire.subscribed = wire.subscribed.filter((filter) => !filters.includes(filter))
        },
        end: () => void (wire.ended = true),
      }
    },
    wanted: (filters) => filters.filter((filter) => script.wanted.includes(filter)),
    message: () => undefined,
    up: (_, first) => void ups.push(first),
    state: (state) => void states.push(state),
    sessionEnded: () => void (script.ended = true),
    now: () => 1_000_000,
    later: (delay, run) => {
      const entry = { delay, run, cancelled: false }
      later.push(entry)
      return () => void (entry.cancelled = true)
    },
    random: () => 0.5,
  })
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0))
  const elapse = async () => {
    for (const entry of later.splice(0)) if (!entry.cancelled) entry.run()
    await settle()
  }
  return { link, states, ups, later, wires, script, settle, elapse }
}

describe('the link', () => {
  it('comes back by itself, and says that something may have been missed', async () => {
    const { link, states, ups, wires, script, settle, elapse } = world()
    link.start()
    await settle()
    expect(states).toEqual(['connecting', 'up'])
    script.refuse = true
    wires[0]?.events.closed()
    await elapse()
    await elapse()
    expect(states.at(-1)).toBe('down')
    script.refuse = false
    await elapse()
    expect(states.at(-1)).toBe('up')
    expect(ups).toEqual([true, true])
    expect(wires).toHaveLength(2)
  })

  it('renews a credential by a connection that takes over, without a gap', async () => {
    const { link, states, ups, wires, settle, elapse } = world()
    link.start()
    await settle()
    await elapse()
    expect(wires.map((wire) => wire.ended)).toEqual([true, false])
    expect(wires[1]?.client).toBe('web-2')
    // The old connection's end is no loss.
    wires[0]?.events.closed()
    expect(states.filter((state) => state === 'down')).toEqual([])
    expect(ups).toEqual([true, false])
  })

  it('keeps the connection where the controller gives the same client id for longer', async () => {
    const { link, states, ups, later, wires, script, settle, elapse } = world()
    script.keeps = true
    link.start()
    await settle()
    for (let turn = 0; turn < 3; turn++) await elapse()
    expect(wires).toHaveLength(1)
    expect([states, ups]).toEqual([['connecting', 'up'], [true]])
    expect(later.filter((entry) => !entry.cancelled)).toHaveLength(1)
    wires[0]?.events.closed()
    await elapse()
    expect(wires[1]?.client).toBe('web-5')
  })

  it('keeps the old connection while a renewal fails', async () => {
    const { link, states, wires, script, settle, elapse } = world()
    link.start()
    await settle()
    script.refuse = true
    await elapse()
    expect(states.at(-1)).toBe('up')
    expect(wires[0]?.ended).toBe(false)
    script.refuse = false
    await elapse()
    expect(wires[0]?.ended).toBe(true)
  })

  it('stops when the operator is signed out', async () => {
    const { link, wires, script, settle, elapse } = world()
    link.start()
    await settle()
    script.signedOut = true
    wires[0]?.events.closed()
    await elapse()
    expect(script.ended).toBe(true)
    await elapse()
    expect(wires).toHaveLength(1)
  })

  it('subscribes to what pages want, and to no more', async () => {
    const { link, wires, script, settle } = world()
    link.start()
    await settle()
    expect(wires[0]?.subscribed).toEqual([FILTERS[0]])
    script.wanted = FILTERS
    await link.refilter()
    expect(wires[0]?.subscribed).toEqual(FILTERS)
    script.wanted = [FILTERS[0] ?? '']
    await link.refilter()
    expect(wires[0]?.subscribed).toEqual([FILTERS[0]])
  })

  it('waits longer with every try, up to a limit, and spreads', () => {
    const waits = [0, 1, 2, 3, 4, 5, 6, 50].map((tries) => backoff(tries, 0.5))
    expect([...waits].sort((a, b) => a - b)).toEqual(waits)
    expect(waits.at(-1)).toBe(10_000)
    expect(backoff(3, 0)).toBeLessThan(backoff(3, 1))
  })

  it('renews well before the end, and never in a loop', () => {
    expect(renewIn(600_000, 0)).toBe(450_000)
    expect(renewIn(1_000, 900)).toBe(5_000)
  })
})
