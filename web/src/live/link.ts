/**
 * Keeps one MQTT session up: fetches short-lived credentials, renews them before they end, if need be by
 * a second connection that takes over without a gap, and comes back by itself after any loss. It never
 * publishes.
 */

export interface Credential {
  url: string
  client_id: string
  username: string
  password: string
  expires_at: string
  site: string
  subscribe: string[]
}

/** One connection. */
export interface Wire {
  subscribe(filters: string[]): Promise<void>
  unsubscribe(filters: string[]): Promise<void>
  end(): void
}

export interface WireEvents {
  message(topic: string, payload: Uint8Array, retained: boolean): void
  closed(): void
}

export type LinkState = 'connecting' | 'up' | 'down'

export interface LinkOutside {
  /**
   * A credential; for the client id that is connected, where there is one: given the same, the
   * connection stays. Rejects with `SessionEnded` when the operator is no longer signed in.
   */
  credential(clientId: string | null): Promise<Credential>
  /** Resolves when the broker has let it in. */
  connect(credential: Credential, events: WireEvents): Promise<Wire>
  /** Which filters of a credential are wanted now. */
  wanted(filters: string[]): string[]
  message(topic: string, payload: Uint8Array, retained: boolean): void
  /** All is subscribed; `first`: what was missed meanwhile must be fetched. */
  up(credential: Credential, first: boolean): void
  state(state: LinkState): void
  sessionEnded(): void
  now(): number
  later(delayMs: number, run: () => void): () => void
  random(): number
}

/** The operator is no longer signed in. */
export class SessionEnded extends Error {}

const BACKOFF_MS = [300, 700, 1500, 3000, 6000, 10_000]
/** A credential is renewed when so much of its life is left. */
const RENEW_AT = 0.25
const RENEW_LEAST_MS = 5_000

/** How long to wait before the n-th try in a row, counted from 0: spread, so that a hundred screens do
 * not come back in one moment. */
export function backoff(tries: number, random: number): number {
  const base = BACKOFF_MS[Math.min(tries, BACKOFF_MS.length - 1)] ?? 10_000
  return Math.round(base * (0.5 + random))
}

/** When to renew, in milliseconds from now. */
export function renewIn(expiresAt: number, now: number): number {
  const left = expiresAt - now
  return Math.max(RENEW_LEAST_MS, left * (1 - RENEW_AT))
}

export class Link {
  private wire: Wire | null = null
  private credential: Credential | null = null
  private subscribed: string[] = []
  private tries = 0
  private running = false
  private generation = 0
  private cancelRetry: () => void = () => undefined
  private cancelRenewal: () => void = () => undefined

  constructor(private readonly outside: LinkOutside) {}

  start(): void {
    if (this.running) return
    this.running = true
    this.outside.state('connecting')
    void this.connect(true)
  }

  stop(): void {
    this.running = false
    this.generation += 1
    this.cancelRetry()
    this.cancelRenewal()
    this.wire?.end()
    this.wire = null
    this.credential = null
    this.subscribed = []
  }

  /** The network is said to be back: try now, not after the wait. */
  hurry(): void {
    if (!this.running || this.wire) return
    this.cancelRetry()
    this.tries = 0
    void this.connect(true)
  }

  /** What pages want has changed. */
  async refilter(): Promise<void> {
    const { wire, credential } = this
    if (!wire || !credential) return
    const wanted = this.outside.wanted(credential.subscribe)
    const more = wanted.filter((filter) => !this.subscribed.includes(filter))
    const less = this.subscribed.filter((filter) => !wanted.includes(filter))
    this.subscribed = wanted
    if (less.length > 0) await wire.unsubscribe(less).catch(() => undefined)
    if (more.length > 0) await wire.subscribe(more).catch(() => wire.end())
  }

  private async connect(first: boolean): Promise<void> {
    const generation = ++this.generation
    const stale = () => !this.running || generation !== this.generation
    try {
      const credential = await this.outside.credential(this.credential?.client_id ?? null)
      if (stale()) return
      if (this.wire && credential.client_id === this.credential?.client_id) {
        this.credential = credential
        this.tries = 0
        this.renewLater(credential)
        return await this.refilter()
      }
      let alive = true
      const wire = await this.outside.connect(credential, {
        message: (topic, payload, retained) => this.outside.message(topic, payload, retained),
        closed: () => {
          alive = false
          if (this.wire === wire) this.lost()
        },
      })
      if (stale()) return wire.end()
      const wanted = this.outside.wanted(credential.subscribe)
      await wire.subscribe(wanted)
      if (stale()) return wire.end()
      if (!alive) throw new Error('lost while subscribing')
      const before = this.wire
      this.wire = wire
      this.credential = credential
      this.subscribed = wanted
      this.tries = 0
      before?.end()
      this.renewLater(credential)
      this.outside.up(credential, first)
      this.outside.state('up')
    } catch (error) {
      if (stale()) return
      if (error instanceof SessionEnded) {
        this.stop()
        this.outside.sessionEnded()
        return
      }
      // A renewal that fails is tried again while the old connection serves.
      if (!this.wire) this.outside.state('down')
      this.retryLater(this.wire === null)
    }
  }

  private lost(): void {
    this.wire = null
    this.credential = null
    this.cancelRenewal()
    if (!this.running) return
    this.outside.state('down')
    this.retryLater(true)
  }

  private retryLater(first: boolean): void {
    this.cancelRetry()
    const delay = backoff(this.tries, this.outside.random())
    this.tries += 1
    this.cancelRetry = this.outside.later(delay, () => void this.connect(first || !this.wire))
  }

  private renewLater(credential: Credential): void {
    this.cancelRenewal()
    const delay = renewIn(Date.parse(credential.expires_at), this.outside.now())
    this.cancelRenewal = this.outside.later(delay, () => void this.connect(false))
  }
}
