import { describe, expect, it } from 'vitest'
import { instantOf, wallTextOf } from './zone'

describe('a clock at the campus', () => {
  it.each([
    ['2026-11-23T07:45', 'Asia/Shanghai', '2026-11-22T23:45:00.000Z'],
    ['2026-11-23T00:00:30', 'Asia/Shanghai', '2026-11-22T16:00:30.000Z'],
    ['2026-07-01T12:00', 'Europe/Berlin', '2026-07-01T10:00:00.000Z'],
    ['2026-03-29T03:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    ['2026-10-25T12:00', 'Europe/Berlin', '2026-10-25T11:00:00.000Z'],
  ])('%s in %s is %s', (wall, zone, utc) => {
    const instant = instantOf(wall, zone)
    expect(new Date(instant ?? 0).toISOString()).toBe(utc)
    expect(wallTextOf(instant ?? 0, zone)).toBe(wall.slice(0, 16))
  })

  it.each(['', 'now', '2026-11-23', '2026-13-01T00:00'])('%j is none', (text) => {
    expect(instantOf(text, 'Asia/Shanghai')).toBeNull()
  })
})
