import { describe, expect, it } from 'vitest'
import { gatesOf, hoursOf } from './flow-view'

const at = (hour: string) => `2026-11-23T${hour}:00:00.000+08:00`
const rows = [
  { gate: 'n-1', hour: at('07'), entered: 5, left: 1, refused: 0 },
  { gate: 'n-2', hour: at('07'), entered: 2, left: 0, refused: 3 },
  { gate: 'n-1', hour: at('09'), entered: 1, left: 20, refused: 0 },
]

describe('flows', () => {
  it('are summed by hour, with the hours in which nobody passed', () => {
    const hours = hoursOf(rows, Date.parse(at('07')), Date.parse(at('10')))
    expect(hours.map(({ entered, left, refused }) => [entered, left, refused])).toEqual([
      [7, 1, 3],
      [0, 0, 0],
      [1, 20, 0],
    ])
  })

  it('begin with the hour that the span begins in, in zones of half hours too', () => {
    const half = [
      { gate: 'n-1', hour: '2026-11-23T07:00:00.000+05:30', entered: 5, left: 1, refused: 0 },
    ]
    const from = Date.parse('2026-11-23T07:20:00.000+05:30')
    expect(hoursOf(half, from, from + 3_600_000)[0]).toMatchObject({ entered: 5 })
    expect(hoursOf([], 0, 7_200_000)).toHaveLength(2)
  })

  it('are summed by gate, the busiest first', () => {
    expect(gatesOf(rows).map((sum) => sum.gate)).toEqual(['n-1', 'n-2'])
    expect(gatesOf(rows)[0]).toMatchObject({ entered: 6, left: 21, refused: 0 })
  })
})
