import { describe, expect, it } from 'vitest'
import { actorOf, detailOf, matches, subjectOf, type FactRow } from './fact-view'

const head = { seq: 1, boot: 1, at: '2026-11-23T08:10:00Z' }
const measure: FactRow = {
  ...head,
  fact: 'measure_begun',
  measure: { kind: 'lockdown', area: 'library', by: 'wang.wei', why: 'suspicious parcel' },
}
const act: FactRow = {
  ...head,
  fact: 'operator_acted',
  by: 'li.na',
  why: 'delivery',
  act: { act: 'override_set', gate: 'service-1' },
}
const search: FactRow = {
  ...head,
  fact: 'audited',
  by: 'chen.bo',
  did: { deed: 'searched', person: '20240311', why: 'lost wallet' },
}
const room: FactRow = {
  ...head,
  fact: 'room_happened',
  area: 'north',
  room: 'north-203',
  happening: { what: 'tripped' },
}

describe('a fact', () => {
  it.each([
    [measure, 'wang.wei', 'library', 'lockdown'],
    [act, 'li.na', 'service-1', 'override_set'],
    [search, 'chen.bo', '20240311', 'searched'],
    [room, null, 'north-203 · north', 'tripped'],
  ])('tells who, about what, and what', (row, by, about, detail) => {
    expect([actorOf(row), subjectOf(row), detailOf(row)]).toEqual([by, about, detail])
  })

  it.each([
    [{ kinds: new Set<string>(), by: '', text: '' }, [true, true, true]],
    [{ kinds: new Set(['operator_acted']), by: '', text: '' }, [false, true, false]],
    [{ kinds: new Set<string>(), by: 'WANG', text: '' }, [true, false, false]],
    [{ kinds: new Set<string>(), by: '', text: 'north-203' }, [false, false, true]],
    [{ kinds: new Set(['room_happened']), by: 'li', text: '' }, [false, false, false]],
  ])('is found by %j', (filter, found) => {
    expect([measure, act, room].map((row) => matches(row, filter))).toEqual(found)
  })
})
