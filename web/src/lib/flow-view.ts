/** Passages by gate and hour, as the page of flows sums them up. Pure. */

export interface FlowRow {
  gate: string
  hour: string
  entered: number
  left: number
  refused: number
}

export interface HourSum {
  /** When it began, in milliseconds. */
  at: number
  entered: number
  left: number
  refused: number
}

const HOUR_MS = 3_600_000

/** The sums of all gates hour by hour, with the hours in which nobody passed. */
export function hoursOf(rows: readonly FlowRow[], from: number, to: number): HourSum[] {
  const sums = new Map<number, HourSum>()
  for (const row of rows) {
    const at = Date.parse(row.hour)
    const sum = sums.get(at) ?? { at, entered: 0, left: 0, refused: 0 }
    sum.entered += row.entered
    sum.left += row.left
    sum.refused += row.refused
    sums.set(at, sum)
  }
  // Hours begin where those that are there begin; whole ones if there are none.
  const first = rows[0] ? Date.parse(rows[0].hour) : from
  const shift = ((first % HOUR_MS) + HOUR_MS) % HOUR_MS
  const begin = Math.floor((from - shift) / HOUR_MS) * HOUR_MS + shift
  const all: HourSum[] = []
  for (let at = begin; at < to; at += HOUR_MS) {
    all.push(sums.get(at) ?? { at, entered: 0, left: 0, refused: 0 })
  }
  return all
}

/** The sums of all hours by gate, the busiest first. */
export function gatesOf(rows: readonly FlowRow[]): (Omit<HourSum, 'at'> & { gate: string })[] {
  const sums = new Map<string, Omit<HourSum, 'at'> & { gate: string }>()
  for (const { gate, entered, left, refused } of rows) {
    const sum = sums.get(gate) ?? { gate, entered: 0, left: 0, refused: 0 }
    sum.entered += entered
    sum.left += left
    sum.refused += refused
    sums.set(gate, sum)
  }
  const all = (sum: Omit<HourSum, 'at'>) => sum.entered + sum.left + sum.refused
  return [...sums.values()].sort((a, b) => all(b) - all(a) || a.gate.localeCompare(b.gate))
}
