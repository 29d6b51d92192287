/** The entry log as a screen holds it: newest first, each row once, no longer than it must be. */
import type { Entry } from '@/api/topics'

export class EntryLog {
  private rows: Entry[] = []
  private readonly known = new Set<number>()

  constructor(private readonly most: number) {}

  get all(): readonly Entry[] {
    return this.rows
  }

  clear(): void {
    this.rows = []
    this.known.clear()
  }

  /** Adds rows in any order; returns those that are new, the oldest first. */
  add(rows: readonly Entry[]): Entry[] {
    const fresh: Entry[] = []
    for (const row of rows) {
      if (this.known.has(row.seq)) continue
      this.known.add(row.seq)
      fresh.push(row)
    }
    if (fresh.length === 0) return fresh
    fresh.sort((a, b) => a.seq - b.seq)
    const merged = [...fresh, ...this.rows].sort((a, b) => b.seq - a.seq)
    for (const row of merged.splice(this.most)) this.known.delete(row.seq)
    this.rows = merged
    return fresh
  }
}
