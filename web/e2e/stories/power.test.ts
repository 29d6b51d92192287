import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaints, launch, on, order } from '../support/browser'
import { World } from '../support/world'

let world: World
let browser: Browser
let page: Page

beforeAll(async () => {
  world = await World.start()
  browser = await launch()
  page = await on(browser, world.url, 'utilities', '/power')
})

afterAll(async () => {
  await browser?.close()
  await world?.stop()
  expect(complaints.all).toEqual([])
})

function tile(room: string, condition: string) {
  return page.locator(`[data-room=${room}][data-condition=${condition}]`)
}

describe('whoever looks after the electricity', () => {
  it('sees the building as it stands, live', async () => {
    await tile('north-203', 'lit').waitFor()
    expect(await page.locator('[data-room]').count()).toBe(36)
    const floors = await page.locator('.floor h3').allInnerTexts()
    expect([floors[0], floors.at(-1)]).toEqual(['Floor 6', 'Floor 1'])
  })

  it('sees a room trip, and reads why, from which samples, and what comes next', async () => {
    world.overload('north-203')
    await tile('north-203', 'tripped').waitFor()
    await tile('north-203', 'tripped').click()
    const why = page.locator('[data-test=why]')
    await why.getByText('more than its limit of 1200 W').waitFor()
    expect(await why.innerText()).toContain('Power returns by itself')
    const evidence = page.locator('[data-test=evidence]')
    await evidence.locator('canvas').waitFor()
    expect(await evidence.innerText()).toContain(
      'more than the room’s limit of 1,200 W'.replace('’', "'"),
    )
    await evidence.locator('summary').click()
    expect(await evidence.locator('tbody tr').count()).toBeGreaterThan(2)
  })

  it('restores it once the heater is gone', async () => {
    world.overload('north-203', 200)
    await page.click('[data-test=restore]')
    await order(page, 'appliance handed in')
    await page.locator('[data-test=why][data-condition=lit]').waitFor()
    await page.getByText('It has power.').waitFor()
  })

  it('cuts a room for the electrician, and its name and reason stand there', async () => {
    await page.click('[data-test=cut]')
    await order(page, 'electrician at work')
    await page.locator('[data-test=why][data-condition=off]').waitFor()
    const why = await page.locator('[data-test=why]').innerText()
    expect(why).toContain('electrician at work')
    await page.click('[data-test=restore]')
    await order(page, 'done')
    await page.locator('[data-test=why][data-condition=lit]').waitFor()
  })

  it('changes a limit; one that means nothing is refused with its mend', async () => {
    await page.click('[data-test=limits]')
    const dialog = page.getByRole('dialog')
    await dialog.locator('input[name=limit]').fill('none')
    await dialog.locator('input[name=why]').fill('agreed need')
    await dialog.locator('[data-test=confirm]').click()
    await dialog.getByText('needs a number').waitFor()
    // More than the circuit is rated for: the controller knows.
    await dialog.locator('input[name=limit]').fill('90000')
    await dialog.locator('[data-test=confirm]').click()
    await dialog.getByRole('alert').waitFor()
    await dialog.locator('input[name=limit]').fill('900')
    await dialog.locator('[data-test=confirm]').click()
    await dialog.waitFor({ state: 'hidden' })
    await page.getByText('The limits of').waitFor()
  })

  it('sees a meter that is silent, as a room that is not known and a sick unit of its line', async () => {
    world.silence('north-304', true)
    await page.goto(`${world.url}/power`)
    await page
      .locator('[data-room=north-304]:not([data-condition=lit])')
      .waitFor({ timeout: 30_000 })
    await page.goto(`${world.url}/power/lines`)
    // On a machine that is short of time, other meters may be late and count for a moment, too.
    const sick = page.locator('[data-line=north-a]').getByText(/[1-9]\d* sick unit/)
    await sick.waitFor({ timeout: 30_000 })
    world.silence('north-304', false)
  })

  it('is a manager of that building: cuts and restores, but sets no limits', async () => {
    const manager = await on(browser, world.url, 'dormitory_manager', '/power/rooms/north-101')
    await manager.locator('[data-test=cut]').waitFor()
    expect(await manager.locator('[data-test=limits]').count()).toBe(0)
    await manager.context().close()
  })
})
