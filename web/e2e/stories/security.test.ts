import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaints, launch, on, order } from '../support/browser'
import { CARDS } from '../support/campus'
import { World } from '../support/world'

let world: World
let browser: Browser
let page: Page

beforeAll(async () => {
  world = await World.start()
  browser = await launch()
  page = await on(browser, world.url, 'security', '/security')
})

afterAll(async () => {
  await browser?.close()
  await world?.stop()
  expect(complaints.all).toEqual([])
})

function area(id: string) {
  return page.locator(`[data-area=${id}]`)
}

describe('the security office', () => {
  it('sees how many are inside, as it changes', async () => {
    await area('campus').locator('[data-inside="0"]').waitFor()
    await world.gates.swipe('main-1', 'in', CARDS.student)
    await world.gates.swipe('main-1', 'in', CARDS.teacher)
    await area('campus').locator('[data-inside="2"]').waitFor()
    await world.gates.swipe('library-1', 'in', CARDS.student)
    await area('library').locator('[data-inside="1"]').waitFor()
  })

  it('locks an area down, is told of the gate that does not confirm, and ends it', async () => {
    world.gates.deafen('library-1', true)
    await area('library').locator('[data-test=lockdown]').click()
    await order(page, 'suspicious object')
    const measure = area('library').locator('[data-test=measure][data-kind=lockdown]')
    await measure.locator('[data-test=unconfirmed]').getByText('图书馆大门').waitFor()
    expect(await measure.innerText()).toContain('suspicious object')
    world.gates.deafen('library-1', false)
    await measure.locator('[data-test=confirmed]').waitFor({ timeout: 30_000 })
    await world.gates.swipe('library-1', 'in', CARDS.teacher)
    await page.locator('[data-test=log]').getByText('locked down').first().waitFor()
    // The wall shows it, too.
    const wall = await on(browser, world.url, 'security', '/security/wall')
    await wall.locator('[data-area=library] [data-test=measure]').waitFor()
    await wall.context().close()
    await area('library').locator('[data-test=release]').click()
    await order(page, 'all clear')
    await measure.waitFor({ state: 'detached' })
  })

  it('calls the roll of an area', async () => {
    await page.goto(`${world.url}/security/muster/campus`)
    await page.locator('[data-test=person]').first().waitFor()
    expect(await page.locator('[data-test=muster-count]').innerText()).toBe('2')
    const names = await page.locator('[data-test=person] strong').allInnerTexts()
    expect(names.sort()).toEqual(['张敏', '王伟'])
    await page.locator('[data-test=person] input').first().check()
    await page.getByText('1 accounted for').waitFor()
  })

  it('searches the passages of a person, and must say why', async () => {
    await page.goto(`${world.url}/security/passages`)
    await page.fill('input[name=person]', '20240311')
    await page.click('[data-test=search]')
    await page.getByText('Say why.').waitFor()
    await page.fill('input[name=why]', 'lost wallet at the library')
    await page.click('[data-test=search]')
    await page.locator('[data-test=found] [data-seq]').first().waitFor()
    expect(await page.locator('[data-test=found] [data-seq]').count()).toBe(2)
    await page.fill('input[name=person]', 'nobody')
    await page.click('[data-test=search]')
    await page.getByText('No passages of nobody').waitFor()
  })

  it('is watched by the administrator, whose audit page finds the lock-down', async () => {
    const admin = await on(browser, world.url, 'administrator', '/admin')
    await admin.locator('[data-test=health]').getByText('All is well').waitFor()
    await admin.goto(`${world.url}/admin/facts`)
    await admin.locator('[data-test=facts] .fact').first().waitFor()
    await admin.fill('input[name=text]', 'suspicious object')
    await admin.locator('[data-test=facts]').getByText('library').first().waitFor()
    await admin.locator('[data-test=facts] .fact').first().click()
    await admin.locator('pre').getByText('suspicious object').waitFor()
    await admin.context().close()
  })
})
