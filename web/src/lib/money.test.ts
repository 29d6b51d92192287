import { describe, expect, it } from 'vitest'
import { fenOf, requestKey } from './money'

describe('amounts', () => {
  it.each([
    ['20', 2000],
    ['0.01', 1],
    ['12.3', 1230],
    ['¥12.34', 1234],
    ['￥7', 700],
    ['0', null],
    ['0.00', null],
    ['1.234', null],
    ['-5', null],
    ['1e3', null],
    ['', null],
    ['12,5', null],
  ])('%s is %s fen', (typed, fen) => {
    expect(fenOf(typed)).toBe(fen)
  })

  it('have keys that differ', () => {
    expect(requestKey()).toMatch(/^[0-9a-f]{24}$/)
    expect(requestKey()).not.toBe(requestKey())
  })
})
