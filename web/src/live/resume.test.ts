import { describe, expect, it } from 'vitest'
import type { Entry } from '@/api/topics'
import { resume, type NewestPage } from './resume'

/** A journal whose every second fact is an entry, in pages of `size`. */
function journal(last: number, size: number) {
  return async (before: number | undefined): Promise<NewestPage> => {
    const rows: Entry[] = []
    let seq = before === undefined ? last : before - 1
    for (; seq > 0 && rows.length < size; seq--) {
      if (seq % 2 === 0) rows.push({ seq, boot: 1 } as Entry)
    }
    const next_before = seq > 0 ? (rows.at(-1)?.seq ?? null) : null
    return { rows, next_before, last_seq: last }
  }
}

describe('reading the log anew', () => {
  it('takes one page when the screen had nothing', async () => {
    const { rows, lastSeq, isJoined } = await resume(null, journal(1000, 10), 5)
    expect([rows.length, lastSeq, isJoined]).toEqual([10, 1000, false])
  })

  it('goes back to what the screen had, whatever the size of a page', async () => {
    for (const size of [1, 3, 10, 100, 1000]) {
      const { rows, isJoined } = await resume(900, journal(1000, size), 100)
      const seqs = new Set(rows.map((row) => row.seq))
      for (let seq = 902; seq <= 1000; seq += 2) expect(seqs.has(seq), `${size}: ${seq}`).toBe(true)
      expect(isJoined).toBe(true)
    }
  })

  it('says when it does not reach back', async () => {
    const { rows, isJoined } = await resume(100, journal(1000, 10), 5)
    expect([rows.length, isJoined]).toEqual([50, false])
  })

  it('is joined when the journal ends before', async () => {
    expect(await resume(0, journal(6, 10), 5)).toMatchObject({ isJoined: true, lastSeq: 6 })
  })
})
