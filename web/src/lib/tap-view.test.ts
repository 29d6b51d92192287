import { describe, expect, it } from 'vitest'
import type { ValveEvent, ValveState } from '@/api/topics'
import {
  inOrder,
  newsOf,
  registerOf,
  sessionOf,
  tapConditionOf,
  type TapCondition,
  type TapTold,
  type TapView,
} from './tap-view'

const AT = '2026-11-23T21:45:13+08:00'

function tap(more: Partial<TapView> = {}): TapView {
  return {
    tap: 'shower-1',
    name: '淋浴1',
    area: 'north',
    reader: 'shower-1',
    tariff: 'shower',
    state: 'idle',
    valve: 'closed',
    availability: 'online',
    register_ml: 1_000_000,
    read_at: AT,
    session: null,
    shut: null,
    ...more,
  }
}

function used(state: string, ml: number | null, more: Partial<TapView> = {}): TapView {
  const session = {
    session: 81,
    person: '20240311',
    name: '王伟',
    reserved_fen: 500,
    since: AT,
    ml,
  }
  return tap({ state, session, valve: 'open', ...more })
}

function told(state: ValveState['state'], register_ml = 1_000_000): TapTold {
  return { state: { state, register_ml }, isOnline: true }
}

function event(seq: number, more: Partial<ValveEvent> = {}): ValveEvent {
  return { seq, boot: 1, prev_seq: null, at: AT, tap: 'shower-1', what: 'closed', ...more }
}

const SHUT = { by: 'li.na', since: AT, why: 'the hose is off' }

describe('how a tap stands', () => {
  it.each<[string, TapView, TapTold, TapCondition]>([
    ['nobody uses it', tap(), {}, 'free'],
    ['it has said nothing', tap({ valve: null, availability: null }), {}, 'unknown'],
    ['only its valve has said something', tap({ availability: null }), {}, 'free'],
    ['it was away when it was read', tap({ availability: 'offline' }), {}, 'offline'],
    ['it has come back since', tap({ availability: 'offline' }), told('closed'), 'free'],
    ['it has gone since', tap(), { isOnline: false }, 'offline'],
    ['water was running when it went', used('open', 300), { isOnline: false }, 'offline'],
    ['its valve is ill', tap(), told('fault'), 'fault'],
    [
      'its valve was ill when it went',
      tap({ valve: 'fault', availability: 'offline' }),
      {},
      'fault',
    ],
    ['somebody took it out of use', tap({ shut: SHUT }), {}, 'shut'],
    ['somebody took care of the fault', tap({ shut: SHUT }), told('fault'), 'shut'],
    ['money is held back', used('reserving', null), told('closed'), 'opening'],
    ['the valve has not opened yet', used('open', 0), told('closed'), 'opening'],
    ['water runs', used('open', 300), told('open'), 'running'],
    ['the valve has closed and is not billed', used('open', 300), told('closed'), 'closing'],
    ['it was told to close', used('closing', 300), told('open'), 'closing'],
    ['the bill is written', used('settling', 300), told('closed'), 'closing'],
    ['its valve is open for nobody', tap(), told('open'), 'running'],
    [
      'the session that was read is over',
      used('settling', 300),
      { ...told('closed'), end: event(7, { session: 81 }) },
      'free',
    ],
    [
      'an earlier session is over',
      used('open', 300),
      { ...told('open'), end: event(7, { session: 80 }) },
      'running',
    ],
  ])('when %s', (_, view, heard, condition) => {
    expect(tapConditionOf(view, heard)).toBe(condition)
  })
})

describe('what has run', () => {
  it('goes on with the register that the valve tells', () => {
    expect(sessionOf(used('open', 300), told('open', 1_002_000))?.ml).toBe(2_300)
  })

  it('does not go back when what was told is older than what was read', () => {
    expect(sessionOf(used('open', 300), told('open', 999_000))?.ml).toBe(300)
    expect(registerOf(tap(), told('open', 999_000))).toBe(1_000_000)
  })

  it('is not known before the meter has told', () => {
    expect(sessionOf(used('open', null), told('open'))?.ml).toBeNull()
    expect(registerOf(tap({ register_ml: null }), {})).toBeNull()
    expect(registerOf(tap({ register_ml: null }), told('closed', 5))).toBe(5)
  })

  it('is nobody’s when nobody uses it', () => {
    expect(sessionOf(tap(), told('open'))).toBeNull()
  })
})

describe('what happened', () => {
  const [first, second, third] = [event(1), event(2), event(3)]
  it.each<[string, ValveEvent[], ValveEvent[] | undefined, ValveEvent[]]>([
    ['all, at the begin', [second, first], undefined, [second, first]],
    ['all, when it begins anew', [third], [], [third]],
    ['what came on top', [third, second, first], [first], [third, second]],
    ['nothing', [second, first], [second, first], []],
    ['all, when the last known has fallen out', [third, second], [first], [third, second]],
  ])('is %s', (_, now, before, news) => expect(newsOf(now, before)).toEqual(news))
})

it('taps stand by area, and as people count', () => {
  const at = (area: string, id: string) => tap({ area, tap: id })
  const views = [at('south', 'a'), at('north', 'shower-10'), at('north', 'shower-2')]
  expect(inOrder(views).map((view) => view.tap)).toEqual(['shower-2', 'shower-10', 'a'])
})
