import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaints, launch, on, order } from '../support/browser'
import { CARDS } from '../support/campus'
import { World } from '../support/world'

let world: World
let browser: Browser
let page: Page

beforeAll(async () => {
  world = await World.start(0, { hasTaps: true })
  await world.topUp('purse:20240311', 2_000, 1)
  browser = await launch()
  page = await on(browser, world.url, 'utilities', '/water')
})

afterAll(async () => {
  await browser?.close()
  await world?.stop()
  expect(complaints.all).toEqual([])
})

function tap(id: string, condition: string) {
  return page.locator(`[data-tap=${id}][data-condition="${condition}"]`)
}

describe('whoever looks after the water', () => {
  it('sees every tap free, and that nothing has happened yet', async () => {
    await tap('shower-3', 'free').waitFor()
    expect(await page.locator('[data-tap]').count()).toBe(3)
    expect(await tap('shower-1', 'free').innerText()).toContain('none since')
    await page.locator('[data-test=log]').getByText('Nothing has happened').waitFor()
  })

  it('sees who takes a shower, and what has run, as it runs', async () => {
    await world.taps.swipe('shower-1', CARDS.student)
    const used = tap('shower-1', 'running').locator('[data-test=used]')
    await used.getByText('王伟').waitFor()
    await used.getByText('¥5.00 held back').waitFor()
    world.taps.flow('shower-1', 850)
    await used.getByText('850 mL so far').waitFor()
    // Less at a time than a pipe that burst.
    for (const ml of [10_000, 10_000, 10_000]) world.taps.flow('shower-1', ml)
    await used.getByText('30.85 L so far').waitFor()
  })

  it('sees the bill, to the fen', async () => {
    await world.taps.swipe('shower-1', CARDS.student)
    const bill = tap('shower-1', 'free').locator('[data-test=bill]')
    await bill.getByText('¥0.92 for 30.85 L, 王伟').waitFor()
    const row = page.locator('[data-test=log] [data-what=closed]')
    expect(await row.innerText()).toMatch(/淋浴1.*王伟.*card shown again.*30\.85 L.*¥0\.92/s)
    await world.taps.swipe('shower-1', CARDS.lost)
    const refused = page.locator('[data-test=log] [data-what=refused]')
    await refused.getByText('reported lost').waitFor()
  })

  it('takes a tap out of use by the keyboard, with a reason, and gives it back', async () => {
    await tap('shower-3', 'free').locator('[data-test=shut]').focus()
    await page.keyboard.press('Enter')
    await order(page, 'the hose is off')
    const shut = tap('shower-3', 'shut')
    await shut.locator('[data-test=shut-by]').getByText('li.na').waitFor()
    await shut.getByText('the hose is off').waitFor()
    await world.taps.swipe('shower-3', CARDS.student)
    await page.locator('[data-test=log]').getByText('tap out of use').waitFor()
    expect(world.taps.isOpen('shower-3')).toBe(false)
    await shut.locator('[data-test=free]').click()
    await order(page, 'a new hose')
    await tap('shower-3', 'free').waitFor()
    await page.locator('[data-test=log] [data-what=freed]').getByText('a new hose').waitFor()
  })

  it('tells a valve that is ill from one that is gone, and shows one kind alone', async () => {
    world.taps.fail('shower-2', 'motor blocked')
    await tap('shower-2', 'fault').getByText('motor blocked').waitFor()
    world.taps.vanish('shower-3')
    await tap('shower-3', 'offline').waitFor()
    await page.click('[data-filter=fault]')
    expect(await page.locator('[data-tap]').count()).toBe(1)
    await page.click('[data-filter=fault]')
    expect(await page.locator('[data-tap]').count()).toBe(3)
  })

  it('begins anew after the link was gone, and says so', async () => {
    await page.context().setOffline(true)
    await page.locator('[data-test=stale].loud').waitFor({ timeout: 30_000 })
    await page.context().setOffline(false)
    await page.locator('[data-trust=live]').first().waitFor({ timeout: 30_000 })
    await tap('shower-1', 'free').getByText('none since').waitFor()
  })

  it('is somebody whose duty it is: others look only, or do not see it', async () => {
    const auditor = await on(browser, world.url, 'auditor', '/water')
    await auditor.locator('[data-tap=shower-1]').waitFor()
    expect(await auditor.locator('[data-test=shut], [data-test=free]').count()).toBe(0)
    await auditor.context().close()
    const manager = await on(browser, world.url, 'dormitory_manager', '/water')
    await manager.locator('[data-tap=shower-1] [data-test=shut]').waitFor()
    await manager.context().close()
    const guard = await on(browser, world.url, 'guard', '/water')
    await guard.getByText('Your role may not see this.').first().waitFor()
    await guard.context().close()
  })
})
