import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaints, launch, on } from '../support/browser'
import { CARDS } from '../support/campus'
import { World } from '../support/world'

let world: World
let browser: Browser

beforeAll(async () => {
  world = await World.start()
  browser = await launch()
})

afterAll(async () => {
  await browser?.close()
  await world?.stop()
  expect(complaints.all).toEqual([])
})

const cards = [CARDS.student, CARDS.teacher, CARDS.lost, CARDS.unknown]

async function swipes(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) {
    await world.gates.swipe('main-1', 'in', cards[turn % cards.length] ?? CARDS.student)
  }
}

describe('a screen that was cut off', () => {
  it('says so loudly, comes back by itself and misses nothing over a loss of the network', async () => {
    const page = await on(browser, world.url, 'guard', '/guard')
    await swipes(5)
    const rows = page.locator('[data-test=log] [role=listitem]')
    await page.waitForFunction(() => document.querySelector('[data-test=log] [aria-setsize="5"]'))
    await page.context().setOffline(true)
    await page.locator('[data-test=stale].loud').waitFor({ timeout: 30_000 })
    await swipes(250)
    await page.context().setOffline(false)
    await page.locator('[data-trust=live]').first().waitFor({ timeout: 30_000 })
    await page.waitForFunction(
      () => document.querySelector('[data-test=log] [aria-setsize="255"]'),
      null,
      {
        timeout: 20_000,
      },
    )
    expect(await page.locator('[data-test=stale]').count()).toBe(0)
    expect(await rows.count()).toBeGreaterThan(0)
    await page.context().close()
  })

  it('misses nothing over a restart of the controller and its broker', async () => {
    const page = await on(browser, world.url, 'guard', '/guard')
    await page.waitForFunction(() => document.querySelector('[data-test=log] [aria-setsize="200"]'))
    const known = await page.locator('[data-test=last]').getAttribute('data-seq')
    await world.controller.halt()
    await page.locator('[data-test=stale].loud').waitFor({ timeout: 30_000 })
    await world.controller.run()
    // Before the screen is back, and after.
    await world.gates.settled()
    await swipes(20)
    await page.locator('[data-trust=live]').first().waitFor({ timeout: 30_000 })
    await swipes(20)
    await page.waitForFunction(
      (seq) =>
        Number(document.querySelector('[data-test=last]')?.getAttribute('data-seq')) > Number(seq),
      known,
    )
    await page.waitForFunction(() => {
      const size = document
        .querySelector('[data-test=log] [aria-setsize]')
        ?.getAttribute('aria-setsize')
      return Number(size) >= 240
    })
    await page.context().close()
  })
})
