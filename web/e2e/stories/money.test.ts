import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaints, launch, on, order } from '../support/browser'
import { World } from '../support/world'

let world: World
let browser: Browser

beforeAll(async () => {
  world = await World.start(0, { isPrepaid: true })
  browser = await launch()
})

afterAll(async () => {
  await browser?.close()
  await world?.stop()
  expect(complaints.all).toEqual([])
})

describe('money', () => {
  it('comes in at the finance office and is seen at the room at once', async () => {
    const utilities = await on(browser, world.url, 'utilities', '/power/rooms/north-101')
    const finance = await on(browser, world.url, 'finance', '/money')
    await finance.click('[data-test=top-up]')
    const dialog = finance.getByRole('dialog')
    await dialog.locator('input[name=to]').fill('room:north-101')
    await dialog.locator('input[name=amount]').fill('20,5')
    await dialog.locator('input[name=number]').fill('4711')
    await dialog.locator('input[name=why]').fill('paid in cash')
    await dialog.locator('[data-test=confirm]').click()
    await dialog.getByText('Write an amount such as').waitFor()
    await dialog.locator('input[name=amount]').fill('20.50')
    await order(finance, 'paid in cash')
    await finance.getByText('the balance is ¥20.50').waitFor()
    await utilities.locator('[data-test=balance]').getByText('¥20.50').waitFor()
    await utilities.locator('[data-test=statement]').getByText('paid in cash').waitFor()
    await utilities.context().close()
    await finance.context().close()
  })

  it('is found by account, and set right by two people', async () => {
    const finance = await on(browser, world.url, 'finance', '/money')
    await finance.locator('[data-account="room:north-101"]').click()
    await finance.locator('[data-test=statement]').getByText('paid in cash').waitFor()
    await finance.click('[data-test=adjust]')
    const dialog = finance.getByRole('dialog')
    await dialog.locator('input[name=from]').fill('suspense')
    await dialog.locator('input[name=to]').fill('room:north-102')
    await dialog.locator('input[name=amount]').fill('900')
    await order(finance, 'a wrong bill of last year')
    const waits = finance.locator('[data-test=adjustment]')
    await waits.getByText('a wrong bill of last year').waitFor()
    expect(await waits.locator('[data-test=confirm-adjustment]').count()).toBe(0)
    const second = await on(browser, world.url, 'administrator', '/money')
    await second.locator('[data-test=confirm-adjustment]').click()
    await order(second, 'checked')
    await second.locator('[data-test=adjustment]').waitFor({ state: 'detached' })
    await second.locator('[data-account="room:north-102"]').getByText('¥900.00').waitFor()
    await second.context().close()
    await finance.context().close()
  })

  it('closes a day that is over', async () => {
    const finance = await on(browser, world.url, 'finance', '/money')
    await finance.locator('[data-test=close]').click()
    await order(finance, 'counted')
    await finance.locator('[data-test=day]').getByText('closed by sun.li').waitFor()
    await finance.context().close()
  })

  it('waits for a decision where a reading is in doubt', async () => {
    const utilities = await on(browser, world.url, 'utilities', '/power/quarantine')
    await utilities.getByText('Every reading is believed.').waitFor()
    world.count('north-103', 5_000)
    const parked = utilities.locator('[data-room=north-103]')
    const deadline = Date.now() + 40_000
    while ((await parked.count()) === 0 && Date.now() < deadline) {
      await utilities.click('[data-test=read]')
      await utilities.waitForTimeout(1_000)
    }
    await parked.getByText('it jumped').waitFor()
    expect(await parked.locator('.readings').innerText()).toContain('5,000.00 kWh')
    await parked.locator('[data-test=go-on]').click()
    await order(utilities, 'the meter was exchanged')
    await parked.waitFor({ state: 'detached' })
    await utilities.context().close()
  })
})
