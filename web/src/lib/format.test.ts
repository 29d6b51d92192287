import { describe, expect, it } from 'vitest'
import {
  fullMomentOf,
  litresOf,
  millisOf,
  momentOf,
  permilleOf,
  spanOf,
  timeOf,
  wattsOf,
  yuanOf,
} from './format'

const ZONE = 'Asia/Shanghai'
const NOW = Date.parse('2026-11-23T08:00:00+08:00')

describe('what people read', () => {
  it.each([
    ['2026-11-23T07:45:12.123+08:00', '07:45:12'],
    ['2026-11-22T23:45:12.123456789Z', '07:45:12'],
    ['2026-11-23T00:00:01+08:00', '00:00:01'],
    ['never', '–'],
  ])('%s at the campus is %s', (moment, text) => {
    expect(timeOf(moment, 'zh-CN', ZONE)).toBe(text)
    expect(timeOf(moment, 'en', ZONE)).toBe(text)
  })

  it('names the day unless it is today at the campus', () => {
    expect(momentOf('2026-11-22T16:30:00Z', 'en', ZONE, NOW)).toBe('00:30:00')
    expect(momentOf('2026-11-22T15:30:00Z', 'en', ZONE, NOW)).toBe('22/11, 23:30:00')
    expect(momentOf('2026-11-22T15:30:00Z', 'zh-CN', ZONE, NOW)).toBe('11/22 23:30:00')
    expect(fullMomentOf('2026-11-22T15:30:00Z', 'zh-CN', ZONE)).toBe('2026/11/22 23:30:00')
  })

  it.each([
    [0, '¥0.00'],
    [5, '¥0.05'],
    [123_456_789, '¥1,234,567.89'],
    [-250, '−¥2.50'],
  ])('%d fen are %s', (fen, text) => expect(yuanOf(fen, 'en')).toBe(text))

  it('refuses money that is no whole number of fen', () => {
    expect(() => yuanOf(0.1, 'en')).toThrow(RangeError)
  })

  it('gives spans, power, shares and times in their units', () => {
    expect([3_000, 125_000, 7_200_000, 200_000_000].map((ms) => spanOf(ms, 'en'))).toEqual([
      '3 sec',
      '2 min',
      '2 hr',
      '2 days',
    ])
    expect(spanOf(125_000, 'zh-CN')).toBe('2分钟')
    expect([wattsOf(1234.4, 'en'), wattsOf(12_340, 'en')]).toEqual(['1,234 W', '12.3 kW'])
    expect([litresOf(915, 'en'), litresOf(30_915, 'en')]).toEqual(['915 mL', '30.92 L'])
    expect(permilleOf(997, 'en')).toBe('99.7%')
    expect([millisOf(1573, 'en'), millisOf(2500, 'en')]).toEqual(['1,573 ms', '2.5 s'])
  })
})
