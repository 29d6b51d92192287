import { describe, expect, it } from 'vitest'
import type { Entry } from '@/api/topics'
import { Feed, type Page } from './feed'

function rows(...seqs: number[]): Entry[] {
  return seqs.map((seq) => ({ seq, boot: 1 }) as Entry)
}

/** A controller that gives these pages in turn; a text is a failure. */
function told(pages: (Page | string)[]) {
  const asked: number[] = []
  const got: number[] = []
  const missing: boolean[] = []
  const waiting: (() => void)[] = []
  const feed = new Feed({
    after: async (after) => {
      asked.push(after)
      const page = pages.shift()
      if (page === undefined || typeof page === 'string') throw new Error(page ?? 'no more pages')
      return page
    },
    rows: (rows) => void got.push(...rows.map((row) => row.seq)),
    missing: (isMissing) => void missing.push(isMissing),
    later: (_, run) => {
      waiting.push(run)
      return () => undefined
    },
  })
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0))
  return { feed, asked, got, missing, waiting, settle }
}

describe('the feed of what was missed', () => {
  it('goes on page by page until it has everything', async () => {
    const { feed, asked, got, missing, settle } = told([
      { rows: rows(11, 12), next_after: 12, last_seq: 20 },
      { rows: [], next_after: 18, last_seq: 20 },
      { rows: rows(19), next_after: 20, last_seq: 20 },
    ])
    feed.want(10, 17)
    await settle()
    expect(asked).toEqual([10, 12, 18])
    expect(got).toEqual([11, 12, 19])
    expect(missing).toEqual([true, false])
  })

  it('says that something is missing until a failed fetch was made good', async () => {
    const { feed, asked, missing, waiting, settle } = told([
      'the network is away',
      { rows: rows(11), next_after: 11, last_seq: 11 },
    ])
    feed.want(10, 11)
    await settle()
    expect(missing.at(-1)).toBe(true)
    waiting.forEach((run) => run())
    await settle()
    expect(asked).toEqual([10, 10])
    expect(missing.at(-1)).toBe(false)
  })

  it('does not believe an answer that ends before what was published', async () => {
    const { feed, got, missing, waiting, settle } = told([
      { rows: [], next_after: 12, last_seq: 12 },
      { rows: [], next_after: 12, last_seq: 12 },
      { rows: rows(13), next_after: 13, last_seq: 13 },
    ])
    feed.want(12, 13)
    await settle()
    expect(missing.at(-1)).toBe(true)
    waiting.splice(0).forEach((run) => run())
    await settle()
    waiting.splice(0).forEach((run) => run())
    await settle()
    expect(got).toEqual([13])
    expect(missing.at(-1)).toBe(false)
  })
})
