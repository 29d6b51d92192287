/** Reads the log anew after a loss: from the newest back to what the screen had, or as far as it may. */
import type { Entry } from '@/api/topics'

export interface NewestPage {
  rows: Entry[]
  next_before: number | null
  last_seq: number
}

export interface Resumed {
  rows: Entry[]
  /** Everything up to here is known now. */
  lastSeq: number
  /** The rows reach back to what the screen had: they join without a hole. */
  isJoined: boolean
}

/** `from`: the screen has everything up to it; null: it has nothing, and the newest page will do. */
export async function resume(
  from: number | null,
  newest: (before: number | undefined) => Promise<NewestPage>,
  pagesMax: number,
): Promise<Resumed> {
  const first = await newest(undefined)
  const rows = [...first.rows]
  let before = first.next_before
  for (let page = 1; from !== null && before !== null && before > from; page++) {
    if (page >= pagesMax) return { rows, lastSeq: first.last_seq, isJoined: false }
    const next = await newest(before)
    rows.push(...next.rows)
    before = next.next_before
  }
  return { rows, lastSeq: first.last_seq, isJoined: from !== null }
}
