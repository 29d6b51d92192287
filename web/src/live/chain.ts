/**
 * Proves that no row was missed. Each row names the row before it on its topic (`prev_seq`); what was
 * read over HTTP up to `covered` is known on every topic.
 */

export interface Linked {
  seq: number
  boot: number
  prev_seq?: number | null
}

export type Verdict =
  /** It follows what is known. */
  | { kind: 'next' }
  /** It was seen before. */
  | { kind: 'known' }
  /** Rows after `after`, up to `upTo`, were missed. The row itself is good. */
  | { kind: 'hole'; after: number; upTo: number }
  /** The journal behind it is another one: everything must be read anew. */
  | { kind: 'replaced' }

export class Chain {
  private covered: number | null = null
  private boot = 0
  private highest = 0
  private readonly last = new Map<string, number>()

  /** The highest `seq` seen. */
  get top(): number {
    return Math.max(this.highest, this.covered ?? 0)
  }

  /** Everything up to `seq` is known; it was read from a controller that started `boot` times. */
  cover(seq: number, boot = this.boot): void {
    this.boot = Math.max(this.boot, boot)
    this.covered = Math.max(this.covered ?? 0, seq)
    this.highest = Math.max(this.highest, seq)
  }

  /**
   * All rows after `after` up to `upTo` were read. A topic that is known up to `after` is known up to
   * `upTo`; of another, what is before `after` may still be missing.
   */
  fill(after: number, upTo: number): void {
    if (this.covered !== null && this.covered >= after) return this.cover(upTo)
    for (const [topic, last] of this.last) {
      if (last >= after) this.last.set(topic, Math.max(last, upTo))
    }
    this.highest = Math.max(this.highest, upTo)
  }

  /** Nothing is known any more. */
  reset(): void {
    this.covered = null
    this.boot = 0
    this.highest = 0
    this.last.clear()
  }

  receive(topic: string, row: Linked): Verdict {
    // A controller never starts less often than before, and its count goes on over starts: what
    // says otherwise comes from another journal, such as a restored backup.
    const older = row.boot < this.boot && row.seq > this.knownOf(topic)
    const newer = this.boot > 0 && row.boot > this.boot && row.seq <= this.highest
    if (older || newer) return { kind: 'replaced' }
    this.boot = Math.max(this.boot, row.boot)
    const known = this.knownOf(topic)
    if (row.seq <= known) return { kind: 'known' }
    this.last.set(topic, row.seq)
    this.highest = Math.max(this.highest, row.seq)
    const before = row.prev_seq ?? 0
    if (this.covered === null || before <= known) return { kind: 'next' }
    return { kind: 'hole', after: known, upTo: before }
  }

  private knownOf(topic: string): number {
    return Math.max(this.covered ?? 0, this.last.get(topic) ?? 0)
  }
}
