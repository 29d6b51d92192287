import { describe, expect, it } from 'vitest'
import type { Alarm, Entry } from '@/api/topics'
import { AlarmBoard, type AlarmRow } from './alarms'
import { EntryLog } from './entries'
import { trustOf, type Signs, type Trust } from './freshness'
import { HeldList } from './held'
import { chosen, parseTopic, type Interest } from './topic'

const GATE = { area: 'campus', kind: 'gate', device: 'main-1' } as const

const SHORT = { severity: 'critical', remarks: 0 } as const

function alarm(standing: Alarm['standing'], reason = standing[0].reason): Alarm {
  return {
    seq: 1,
    boot: 1,
    state: 'raised',
    reason,
    severity: 'critical',
    since: standing[0].since,
    detail: 'd',
    text_zh: '文',
    text_en: 'text',
    standing,
  }
}

const T1 = '2026-11-23T08:01:00.000+08:00'
const T2 = '2026-11-23T08:02:00.000+08:00'

describe('the alarm board of a screen', () => {
  it('tells what is new once', () => {
    const board = new AlarmBoard()
    const raised = alarm([{ ...SHORT, reason: 'forced', since: T1 }])
    expect(board.told(GATE, raised).map((item) => item.reason)).toEqual(['forced'])
    expect(board.told(GATE, raised)).toEqual([])
    expect(board.all[0]).toMatchObject({ text_en: 'text', detail: 'd' })
  })

  it('keeps an alarm that ended before anybody took note, until it is dismissed', () => {
    const board = new AlarmBoard()
    board.told(GATE, alarm([{ ...SHORT, reason: 'forced', since: T1 }]))
    board.told(GATE, null)
    expect(board.all).toMatchObject([{ isOver: true }])
    board.dismiss(board.all[0]?.key ?? '')
    expect(board.all).toEqual([])
  })

  it('lets an acknowledged alarm go when it ends, and does not dismiss one that stands', () => {
    const board = new AlarmBoard()
    board.told(GATE, alarm([{ ...SHORT, reason: 'forced', since: T1, acknowledged_by: 'wang' }]))
    board.dismiss(board.all[0]?.key ?? '')
    expect(board.all).toHaveLength(1)
    board.told(GATE, null)
    expect(board.all).toEqual([])
  })

  it('tells an alarm that came back as news', () => {
    const board = new AlarmBoard()
    board.told(GATE, alarm([{ ...SHORT, reason: 'forced', since: T1 }]))
    board.told(GATE, null)
    expect(board.told(GATE, alarm([{ ...SHORT, reason: 'forced', since: T2 }]))).toHaveLength(1)
    expect(board.all).toMatchObject([{ isOver: false, since: T2 }])
  })

  it('takes the list of the controller as what stands', () => {
    const board = new AlarmBoard()
    board.told(GATE, alarm([{ ...SHORT, reason: 'forced', since: T1 }]))
    board.listed([
      {
        ...GATE,
        reason: 'held',
        since: T2,
        detail: '',
        text_zh: '',
        text_en: '',
        acknowledged_by: null,
        severity: 'serious',
        remarks: [],
      },
    ])
    const stood = board.all.map(({ reason, isOver }) => [reason, isOver])
    expect(stood).toEqual([
      ['forced', true],
      ['held', false],
    ])
  })

  it('sorts by note, severity, time', () => {
    const board = new AlarmBoard()
    board.told(
      GATE,
      alarm([
        { ...SHORT, severity: 'serious', reason: 'held', since: T2 },
        { ...SHORT, reason: 'forced', since: T1 },
        { ...SHORT, reason: 'tamper', since: T2, acknowledged_by: 'li' },
      ]),
    )
    expect(board.all.map((item) => item.reason)).toEqual(['forced', 'held', 'tamper'])
  })

  it('is heard again when it is paged or handed up, and knows which remarks it lacks', () => {
    const board = new AlarmBoard()
    const noted = { ...SHORT, reason: 'forced', since: T1, acknowledged_by: 'li' } as const
    expect(board.told(GATE, alarm([noted]))).toEqual([])
    expect(board.told(GATE, alarm([{ ...noted, paged_at: T2, remarks: 1 }]))).toHaveLength(1)
    expect(board.told(GATE, alarm([{ ...noted, paged_at: T2, remarks: 2 }]))).toEqual([])
    expect(board.lacksRemarks).toBe(true)
    const up = { ...SHORT, reason: 'forced', since: T1 } as const
    const handedUp = { ...up, paged_at: T2, escalated_by: 'li', remarks: 3 }
    expect(board.told(GATE, alarm([handedUp]))).toHaveLength(1)
    const remark = { at: T2, by: 'li', step: 'noted', text: 'look' }
    const row: AlarmRow = {
      ...GATE,
      ...up,
      detail: '',
      text_zh: '',
      text_en: '',
      paged_at: T2,
      escalated_by: 'li',
      remarks: [remark, remark, remark],
    }
    expect(board.listed([row])).toEqual([])
    expect(board.lacksRemarks).toBe(false)
    expect(board.all[0]).toMatchObject({ escalatedBy: 'li', remarks: [remark, remark, remark] })
  })
})

describe('the entry log', () => {
  const rows = (...seqs: number[]) => seqs.map((seq) => ({ seq }) as Entry)

  it('holds each row once, newest first, and no more than it may', () => {
    const log = new EntryLog(4)
    log.add(rows(3, 1))
    expect(log.add(rows(2, 3, 5)).map((row) => row.seq)).toEqual([2, 5])
    log.add(rows(6))
    expect(log.all.map((row) => row.seq)).toEqual([6, 5, 3, 2])
  })
})

describe('a held list', () => {
  const ids = (...numbers: number[]) => numbers

  it('does not move while it is held, and counts what waits', () => {
    const list = new HeldList<number>((id) => id)
    list.update(ids(3, 2, 1))
    list.hold()
    list.update(ids(5, 4, 3, 2))
    expect(list.shown).toEqual([3, 2, 1])
    expect(list.waiting).toBe(2)
    list.release()
    expect(list.shown).toEqual([5, 4, 3, 2])
    expect(list.waiting).toBe(0)
  })

  it('counts from nothing, too', () => {
    const list = new HeldList<number>((id) => id)
    list.hold()
    list.update(ids(2, 1))
    expect(list.waiting).toBe(2)
  })
})

describe('what a screen may believe of itself', () => {
  const good: Signs = { link: 'up', controllerOnline: true, missing: false, wasEverUp: true }
  const table: [Partial<Signs>, Trust][] = [
    [{}, 'live'],
    [{ controllerOnline: null }, 'live'],
    [{ link: 'down' }, 'offline'],
    [{ link: 'connecting', wasEverUp: false }, 'connecting'],
    [{ link: 'connecting' }, 'offline'],
    [{ controllerOnline: false }, 'controller_away'],
    [{ missing: true }, 'catching_up'],
    [{ link: 'down', missing: true, controllerOnline: false }, 'offline'],
  ]
  it.each(table)('%j: %s', (signs, trust) => {
    expect(trustOf({ ...good, ...signs })).toBe(trust)
  })
})

describe('topics', () => {
  it('are read as they are built', () => {
    expect(parseTopic('onecard/west/campus/gate/main-1/entry')).toEqual({
      site: 'west',
      area: 'campus',
      kind: 'gate',
      device: 'main-1',
      channel: 'entry',
    })
    for (const wrong of [
      'onecard/west/campus/gate/main-1',
      'a/b/c/lift/e/f',
      'a/b//gate/e/f',
      '',
    ]) {
      expect(parseTopic(wrong), wrong).toBeNull()
    }
  })

  const table: [filters: string[], interests: Interest[], chosen: string[]][] = [
    [['a/w/+/gate/+/entry'], ['entry'], ['a/w/+/gate/+/entry']],
    [['a/w/n/room/+/state', 'a/w/n/bus/+/state'], ['entry'], []],
    [['a/w/n/room/+/state'], ['entry', 'rooms'], ['a/w/n/room/+/state']],
    [['a/w/+/+/+/alarm'], ['entry'], ['a/w/+/+/+/alarm']],
    [
      ['a/w/+/+/+/state'],
      ['entry'],
      ['a/w/+/gate/+/state', 'a/w/+/reader/+/state', 'a/w/+/controller/+/state'],
    ],
    [['a/w/+/+/+/event'], ['rooms'], ['a/w/+/room/+/event']],
    [['a/w/n/bus/+/state', 'a/w/n/room/+/state'], ['lines'], ['a/w/n/bus/+/state']],
    [
      ['a/w/n/valve/+/state', 'a/w/n/valve/+/event', 'a/w/n/room/+/state'],
      ['taps'],
      ['a/w/n/valve/+/state', 'a/w/n/valve/+/event'],
    ],
    [['a/w/n/valve/+/event'], ['entry', 'rooms', 'lines'], []],
    [['a/w/n/room/+/state'], ['room/n-301'], ['a/w/n/room/n-301/state']],
    [['a/w/n/room/n-302/state'], ['room/n-301'], []],
    [['a/w/+/room/+/state'], ['rooms', 'room/n-301'], ['a/w/+/room/+/state']],
    [['a/w/n/gate/main-1/state'], ['entry'], ['a/w/n/gate/main-1/state']],
    [['a/w/#'], ['entry'], ['a/w/#']],
  ]
  it.each(table)('of %j with %j', (filters, interests, expected) => {
    expect(chosen(filters, new Set(interests))).toEqual(expected)
  })
})
