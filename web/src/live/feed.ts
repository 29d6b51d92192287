/** Fetches over HTTP what a subscriber missed, in order, until nothing is missing. */
import type { Entry } from '@/api/topics'

export interface Page {
  rows: Entry[]
  next_after: number | null
  last_seq: number
}

export interface FeedOutside {
  /** The rows after `after`, the oldest first. */
  after(after: number): Promise<Page>
  /** All rows after `after` up to `upTo`. */
  rows(rows: Entry[], after: number, upTo: number): void
  /** Whether something is known to be missing at the moment. */
  missing(isMissing: boolean): void
  later(delayMs: number, run: () => void): () => void
}

const RETRY_MS = 2_000
/** More rows than this are not fetched into a screen: it shows the newest, and search finds the rest. */
export const ROWS_MAX = 2_000

export class Feed {
  private from: number | null = null
  private upTo = 0
  private isRunning = false
  private generation = 0
  private cancelRetry: () => void = () => undefined

  constructor(private readonly outside: FeedOutside) {}

  /** Rows after `after` were missed. */
  want(after: number, upTo: number): void {
    this.from = this.from === null ? after : Math.min(this.from, after)
    this.upTo = Math.max(this.upTo, upTo)
    this.outside.missing(true)
    if (!this.isRunning) void this.run()
  }

  stop(): void {
    this.generation += 1
    this.cancelRetry()
    this.from = null
    this.upTo = 0
    this.isRunning = false
  }

  private async run(): Promise<void> {
    const generation = this.generation
    this.isRunning = true
    try {
      while (this.from !== null) {
        let after = this.from
        // Taken: what is wanted while this runs is wanted anew.
        this.from = null
        const wanted = after
        try {
          for (;;) {
            const page = await this.outside.after(after)
            if (generation !== this.generation) return
            const covered = page.next_after ?? page.last_seq
            this.outside.rows(page.rows, after, covered)
            if (covered >= page.last_seq && covered >= this.upTo) break
            // What was published may not be readable yet: it is asked for again in a moment.
            if (covered <= after) throw new Error('not on record yet')
            after = covered
          }
        } catch {
          if (generation !== this.generation) return
          this.from = this.from === null ? wanted : Math.min(this.from, wanted)
          this.isRunning = false
          this.cancelRetry()
          this.cancelRetry = this.outside.later(RETRY_MS, () => {
            if (!this.isRunning && generation === this.generation) void this.run()
          })
          return
        }
      }
      this.outside.missing(false)
    } finally {
      if (generation === this.generation) this.isRunning = false
    }
  }
}
