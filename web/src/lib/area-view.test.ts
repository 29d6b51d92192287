import { describe, expect, it } from 'vitest'
import { isUncertain, treeOf } from './area-view'

describe('areas', () => {
  it('stand below those around them', () => {
    const areas = [
      { id: 'library', parent: 'campus' },
      { id: 'campus', parent: null },
      { id: 'stacks', parent: 'library' },
      { id: 'north', parent: 'not-mine' },
      { id: 'lab', parent: 'campus' },
    ]
    expect(treeOf(areas).map(({ area, depth }) => [area.id, depth])).toEqual([
      ['campus', 0],
      ['library', 1],
      ['stacks', 2],
      ['lab', 1],
      ['north', 0],
    ])
  })

  it('know whose presence is uncertain', () => {
    const now = Date.parse('2026-11-23T20:00:00Z')
    expect(isUncertain('2026-11-23T08:00:00Z', now)).toBe(false)
    expect(isUncertain('2026-11-23T03:59:00Z', now)).toBe(true)
  })
})
