import { describe, expect, it } from 'vitest'
import type { Entry } from '@/api/topics'
import { markOf, photoOf, toneOf, whyAndNext } from './entry-view'

const entry = (part: Partial<Entry>) => part as Entry

describe('a row of the entry log', () => {
  it.each([
    [{ granted: true, reason: 'grant' }, 'pass', 'good'],
    [{ granted: true, reason: 'grant_command', by: 'wang' }, 'hand', 'info'],
    [{ granted: false, reason: 'deny_unknown_card' }, 'unknown', 'warn'],
    [{ granted: false, reason: 'deny_lost' }, 'refuse', 'bad'],
  ] as const)('%j is %s, %s', (part, mark, tone) => {
    expect([markOf(entry(part)), toneOf(entry(part))]).toEqual([mark, tone])
  })

  it.each([
    ['Reported lost: keep the card', { why: 'Reported lost', next: 'Keep the card' }],
    ['此卡已挂失：请扣留卡片', { why: '此卡已挂失', next: '请扣留卡片' }],
    ['Let pass', { why: 'Let pass', next: '' }],
  ])('%s', (text, parts) => expect(whyAndNext(text)).toEqual(parts))

  it('shows no photo from elsewhere', () => {
    expect(photoOf(entry({ photo: '/api/people/1/photo' }))).toBe('/api/people/1/photo')
    expect(photoOf(entry({ photo: 'https://elsewhere/x' }))).toBeNull()
    expect(photoOf(entry({}))).toBeNull()
  })
})
