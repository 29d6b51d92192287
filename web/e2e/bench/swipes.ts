/**
 * From the swipe at the reader to the row on the guard's screen, at a hundred swipes a second, with the
 * real controller; and that nothing is missing after a restart of its broker and a long loss of the
 * network.
 *
 *     npm run build && ONECARD_BIN=../target/release/onecard npm run bench:swipes
 */
import type { Page } from 'playwright-core'
import { complaints, launch, on } from '../support/browser'
import { CARDS } from '../support/campus'
import { World } from '../support/world'

const SWIPES_A_SECOND = 100
const WARM_UP_MS = 3_000
const MEASURE_MS = 20_000
const LOSS_MS = 30_000
const PATIENCE_MS = 60_000
const READERS = [
  ['main-1', 'in'],
  ['main-2', 'in'],
  ['main-1', 'out'],
  ['main-2', 'out'],
] as const
/** What is looked at of a row. */
interface Row {
  seq: number
  at: string
  presented_at?: string
}

const KNOWN = [CARDS.student, CARDS.teacher, CARDS.lost]

const world = await World.start()
const browser = await launch()

/** A stream of swipes on a clock of its own: one that is late does not hold the next one up. */
class Stream {
  sent = 0
  private readonly acknowledged: Promise<void>[] = []
  private readonly began = performance.now()
  private readonly timer = setInterval(() => this.catchUp(), 2)

  private catchUp(): void {
    const due = ((performance.now() - this.began) * SWIPES_A_SECOND) / 1000
    while (this.sent < due) {
      const [gate, direction] = READERS[this.sent % READERS.length] ?? READERS[0]
      const card = KNOWN[this.sent % KNOWN.length] ?? CARDS.student
      this.acknowledged.push(world.gates.swipe(gate, direction, card))
      this.sent += 1
    }
  }

  /** Ends it; every swipe is on record then. */
  async end(): Promise<number> {
    clearInterval(this.timer)
    await Promise.all(this.acknowledged)
    return this.sent
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Notes when each row was first on the screen, frame by frame. A text: the page knows no TypeScript. */
const WATCH = `
  window.seen = new Map()
  requestAnimationFrame(function look() {
    const now = Date.now()
    for (const row of document.querySelectorAll('[data-test=log] [data-seq]')) {
      const seq = Number(row.dataset.seq)
      if (!seen.has(seq)) seen.set(seq, now)
    }
    requestAnimationFrame(look)
  })
`

/** Milliseconds from swipe to screen, in order, of the rows that were seen between two moments. */
async function latencies(page: Page, from: number, to: number): Promise<number[]> {
  const seen = new Map(
    await page.evaluate(() => [...(window as unknown as { seen: Map<number, number> }).seen]),
  )
  const times: number[] = []
  for (let after = 0; ;) {
    const read = await page.evaluate(
      (from): Promise<{ rows: Row[]; next_after: number | null }> =>
        fetch(`/api/entries?after=${from}&limit=1000`).then((answer) => answer.json()),
      after,
    )
    for (const row of read.rows) {
      const swiped = Date.parse(row.presented_at ?? row.at)
      const at = seen.get(row.seq)
      if (at !== undefined && swiped >= from && swiped < to) times.push(at - swiped)
    }
    if (read.next_after === null || read.rows.length === 0) break
    after = read.next_after
  }
  return times.sort((a, b) => a - b)
}

/** Waits until the screen has so many rows; how many it has, should it be others. */
async function rowsOf(page: Page, wanted: number): Promise<number> {
  const size = () =>
    page.evaluate(() =>
      Number(
        document.querySelector('[data-test=log] [aria-setsize]')?.getAttribute('aria-setsize'),
      ),
    )
  const began = Date.now()
  while ((await size()) !== wanted && Date.now() - began < PATIENCE_MS) await pause(100)
  return size()
}

async function told(page: Page, what: string, sent: number): Promise<boolean> {
  await page.locator('[data-trust=live]').first().waitFor({ timeout: PATIENCE_MS })
  const rows = await rowsOf(page, sent)
  console.log(`${what}: ${sent} swipes, ${rows} rows on the screen`)
  return rows === sent
}

const page = await on(browser, world.url, 'guard', '/guard')
await page.evaluate(WATCH)
let sent = 0
const isWhole: boolean[] = []

const steady = new Stream()
await pause(WARM_UP_MS)
const from = Date.now()
await pause(MEASURE_MS)
const to = Date.now()
sent += await steady.end()
isWhole.push(await told(page, 'steady', sent))
const times = await latencies(page, from, to)
const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))]
console.log(
  `swipe to row at ${SWIPES_A_SECOND}/s: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${times.at(-1)} ms;`,
  `${times.length} rows seen`,
)

const cutOff = new Stream()
await page.context().setOffline(true)
await pause(LOSS_MS)
await page.context().setOffline(false)
sent += await cutOff.end()
isWhole.push(await told(page, `${LOSS_MS / 1000} s without the network`, sent))

const restarted = new Stream()
await pause(1_000)
await world.controller.halt()
await world.controller.run()
await pause(3_000)
sent += await restarted.end()
isWhole.push(await told(page, 'broker and controller restarted', sent))

await browser.close()
await world.stop()
for (const complaint of complaints.all) console.log(complaint)
process.exit(isWhole.every(Boolean) && (at(0.5) ?? Infinity) < 150 ? 0 : 1)
