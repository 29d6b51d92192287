/** The entry log as a screen holds it: newest first, each row once, no longer than it must be. */
import type { Entry } from '@/api/topics'

export class EntryLog {
  private rows: Entry[] = []

  constructor(private readonly most: number) {}

  get all(): readonly Entry[] {
    return this.rows
  }

  clear(): void {
    this.rows = []
  }

  /** Adds rows in any order; returns those that are new, the oldest first. */
  add(rows: readonly Entry[]): Entry[] {
    const known = new Set(this.rows.map((row) => row.seq))
    const fresh: Entry[] = []
    for (const row of rows) {
      if (known.has(row.seq)) continue
      known.add(row.seq)
      fresh.push(row)
    }
    if (fresh.length === 0) return fresh
    fresh.sort((a, b) => a.seq - b.seq)
    const merged = [...fresh, ...this.rows].sort((a, b) => b.seq - a.seq)
    this.rows = merged.slice(0, this.most)
    return fresh
  }
}
