import { describe, expect, it } from 'vitest'
import type { Evidence, LineState, RoomState } from '@/api/topics'
import {
  byFloor,
  conditionOf,
  doorOf,
  floorOf,
  isSick,
  tripMillis,
  tripsOf,
  thresholdOf,
} from './power-view'

const AT = '2026-11-23T13:14:05.000Z'

function evidence(then: Evidence['then'], at = AT): Evidence {
  return {
    at,
    rule: { rule: 'room_limit', limit_w: 1200 },
    characteristic: {},
    position: 1,
    ratio: 2,
    since: at,
    samples: [],
    step: null,
    then,
  }
}

function room(part: Partial<RoomState>): RoomState {
  return {
    room: 'n-301',
    name: '',
    area: 'n',
    line: 'a',
    at: AT,
    relay: 'closed',
    reading: 'fresh',
    limit_w: 1200,
    towards_trip: 0,
    off: [],
    alarms: [],
    commands: [],
    ...part,
  }
}

const TOLD = { why_zh: '', why_en: '', next_zh: '', next_en: '' }

describe('the condition of a room', () => {
  it.each([
    ['nothing was heard', undefined, 'unknown'],
    ['it has power', room({}), 'lit'],
    ['it is about to trip', room({ towards_trip: 0.6 }), 'near'],
    [
      'it tripped',
      room({
        relay: 'open',
        off: [TOLD],
        evidence: evidence({ then: 'reclose', at: AT, tries_left: 1 }),
      }),
      'tripped',
    ],
    [
      'it is locked out',
      room({ relay: 'open', off: [TOLD], evidence: evidence({ then: 'locked_out' }) }),
      'locked_out',
    ],
    ['somebody cut it', room({ relay: 'open', off: [TOLD] }), 'off'],
    ['nobody wants it dark', room({ relay: 'open' }), 'dark'],
    ['the reading is old', room({ reading: 'stale' }), 'stale'],
    ['there is no reading', room({ reading: 'missing', relay: undefined }), 'unknown'],
  ] as const)('when %s', (_, state, condition) => expect(conditionOf(state)).toBe(condition))
})

describe('rooms of a building', () => {
  it.each([
    ['north-3-301', 3, '301'],
    ['b1-1204', 12, '1204'],
    ['b1-001', 0, '001'],
    ['north-301B', 3, '301B'],
    ['kitchen', null, 'kitchen'],
    ['b1-7', null, '7'],
  ] as const)('%s is on floor %s, door %s', (id, floor, door) => {
    expect([floorOf(id), doorOf(id)]).toEqual([floor, door])
  })

  it('stand as the building stands', () => {
    const ids = ['b-102', 'b-1010', 'kitchen', 'b-101', 'b-201']
    const floors = byFloor(ids.map((id) => ({ id })))
    expect(floors.map(({ floor, rooms }) => [floor, rooms.map((room) => room.id)])).toEqual([
      [10, ['b-1010']],
      [2, ['b-201']],
      [1, ['b-101', 'b-102']],
      [null, ['kitchen']],
    ])
  })
})

describe('a trip', () => {
  it('is measured from the decision to the relay seen open', () => {
    const command = {
      id: 1,
      to: 'open',
      urgent: true,
      why: null,
      issued: AT,
      deadline: AT,
    } as const
    const tripped = room({
      evidence: evidence({ then: 'locked_out' }),
      commands: [
        {
          command: { ...command, issued: '2026-11-23T12:00:00Z' },
          sent: AT,
          answered: AT,
          outcome: ['seen', '2026-11-23T12:00:01Z'],
        },
        { command, sent: AT, answered: AT, outcome: ['seen', '2026-11-23T13:14:05.240Z'] },
      ],
    })
    expect(tripMillis(tripped)).toBe(240)
    expect(tripMillis(room({}))).toBeNull()
  })

  it('is listed once, the latest first', () => {
    const later = '2026-11-23T14:00:00Z'
    const trips = tripsOf([
      { seq: 1, what: 'tripped', evidence: evidence({ then: 'locked_out' }) },
      { seq: 2, what: 'reclosed' },
      { seq: 3, what: 'tripped', evidence: evidence({ then: 'locked_out' }, later) },
      { seq: 4, what: 'tripped', evidence: evidence({ then: 'locked_out' }, later) },
    ])
    expect(trips.map((trip) => trip.seq)).toEqual([3, 1])
  })

  it('has the threshold of its rule', () => {
    expect(thresholdOf({ rule: 'room_limit', limit_w: 1200 })).toBe(1200)
    expect(thresholdOf({ rule: 'circuit_rating', rated_current_a: 10 })).toBe(2200)
    expect(thresholdOf({ rule: 'malicious_load', increment_w: 800 })).toBeNull()
  })
})

describe('a unit of a line', () => {
  const unit: LineState['units'][number] = {
    unit: 1,
    alive: true,
    answers: 1000,
    silences: 0,
    spoilt: 0,
    exceptions: 0,
    late: 0,
    foreign: 0,
    turnaround_p50_ms: 20,
    turnaround_p999_ms: 30,
  }
  it.each([
    ['answers', unit, false],
    ['is silent', { ...unit, alive: false }, true],
    ['is often spoilt', { ...unit, spoilt: 40 }, true],
    ['was spoilt once', { ...unit, spoilt: 1 }, false],
    ['has hardly been asked', { ...unit, answers: 3, late: 1 }, false],
  ])('that %s', (_, state, sick) => expect(isSick(state)).toBe(sick))
})
