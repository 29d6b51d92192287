/**
 * A list that never jumps under the finger: while somebody holds it, what is new waits, and is
 * counted.
 */
export class HeldList<T> {
  private held = false
  private shownRows: readonly T[] = []
  private latest: readonly T[] = []

  constructor(private readonly idOf: (row: T) => number) {}

  get shown(): readonly T[] {
    return this.shownRows
  }

  /** How many rows wait above the first that is shown. */
  get waiting(): number {
    const first = this.shownRows[0]
    if (!this.held || !first) return this.held ? this.latest.length : 0
    const top = this.idOf(first)
    let count = 0
    for (const row of this.latest) {
      if (this.idOf(row) <= top) break
      count += 1
    }
    return count
  }

  get isHeld(): boolean {
    return this.held
  }

  /** The list as it is now, newest first. */
  update(rows: readonly T[]): void {
    this.latest = rows
    if (!this.held) this.shownRows = rows
  }

  hold(): void {
    this.held = true
  }

  release(): void {
    this.held = false
    this.shownRows = this.latest
  }
}
