import { describe, expect, it } from 'vitest'
import { isOutdoors, isUncertain, isWithin, treeOf } from './area-view'

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

  it('are within those around them', () => {
    const areas = [
      { id: 'campus', parent: null },
      { id: 'library', parent: 'campus' },
      { id: 'stacks', parent: 'library' },
      { id: 'loop', parent: 'loop' },
    ]
    expect(isWithin('stacks', ['campus'], areas)).toBe(true)
    expect(isWithin('campus', ['library'], areas)).toBe(false)
    expect(isWithin('loop', ['campus'], areas)).toBe(false)
    expect(isWithin('nowhere', ['campus'], areas)).toBe(false)
  })

  it('are outdoors where no gate leads in', () => {
    const gates = [{ to: 'campus' }]
    expect(isOutdoors({ id: 'outside', parent: null }, gates)).toBe(true)
    expect(isOutdoors({ id: 'campus', parent: null }, gates)).toBe(false)
    expect(isOutdoors({ id: 'library', parent: 'campus' }, gates)).toBe(false)
  })

  it('know whose presence is uncertain', () => {
    const now = Date.parse('2026-11-23T20:00:00Z')
    expect(isUncertain('2026-11-23T08:00:00Z', now)).toBe(false)
    expect(isUncertain('2026-11-23T03:59:00Z', now)).toBe(true)
  })
})
