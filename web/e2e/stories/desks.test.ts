import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaints, launch, on, order } from '../support/browser'
import { CARDS } from '../support/campus'
import { World } from '../support/world'

let world: World
let browser: Browser
let guard: Page
let office: Page

beforeAll(async () => {
  world = await World.start()
  browser = await launch()
  guard = await on(browser, world.url, 'guard', '/guard')
  office = await on(browser, world.url, 'security', '/security')
})

afterAll(async () => {
  await browser?.close()
  await world?.stop()
  expect(complaints.all).toEqual([])
})

function alarm(page: Page, device: string, reason: string) {
  return page.locator(`.alarm[data-device="${device}"][data-reason="${reason}"]`)
}

describe('an alarm between the gate and the office', () => {
  it('is noted, assigned and handed up at the gate, and seen so at the office', async () => {
    await world.gates.force('main-2')
    const own = alarm(guard, 'main-2', 'forced')
    const there = alarm(office, 'main-2', 'forced')
    await own.locator('[data-test=acknowledge]').click()
    await order(guard, 'on my way')
    await there.getByText('acknowledged by wang.wei').waitFor()
    await own.locator('[data-test=more]').click()
    await own.locator('[data-test=note]').click()
    await order(guard, 'the leaf hangs loose')
    await there.locator('[data-test=remarks]').getByText('the leaf hangs loose').waitFor()
    await own.locator('[data-test=assign]').click()
    await order(guard, 'I stay here')
    await there.locator('[data-test=assigned]').getByText('wang.wei').waitFor()
    await own.locator('[data-test=escalate]').click()
    await order(guard, 'somebody ran in')
    await there.locator('[data-test=escalated]').waitFor()
    // It waits for the office to take note of it anew.
    await there.locator('[data-test=acknowledge]').waitFor()
    expect(await there.getAttribute('data-severity')).toBe('critical')
    await there.locator('[data-test=more]').click()
    await there.locator('[data-test=page]').click()
    await order(office, 'answer the phone')
    await own.locator('[data-test=remarks]').getByText('answer the phone').waitFor()
  })

  it('tells who is named when nobody is called so', async () => {
    const there = alarm(office, 'main-2', 'forced')
    await there.locator('[data-test=assign]').click()
    const dialog = office.getByRole('dialog')
    await dialog.locator('input[name=to]').fill('wang.wie')
    await dialog.locator('input[name=why]').fill('a slip')
    await dialog.locator('[data-test=confirm]').click()
    await dialog.getByText('There is no such operator.').waitFor()
    await dialog.getByText('Cancel').click()
  })
})

describe('the change of a shift', () => {
  it('leaves a note that the next sees with who and when, until it is taken over', async () => {
    await guard.locator('[data-test=write-handover]').click()
    await order(guard, 'The barrier of gate 2 is slow; the repair is called.')
    await guard.locator('[data-test=handover-note]').getByText('wang.wei').waitFor()
    const next = await on(browser, world.url, 'guard', '/guard')
    const note = next.locator('[data-test=handover-note]')
    await note.getByText('The barrier of gate 2 is slow').waitFor()
    await note.locator('[data-test=take-handover]').click()
    await note.waitFor({ state: 'detached' })
    await next.context().close()
  })
})

describe('the flow of people', () => {
  it('is counted by hour and gate', async () => {
    await world.gates.swipe('main-1', 'in', CARDS.student)
    await world.gates.swipe('main-1', 'in', CARDS.lost)
    await world.gates.swipe('main-1', 'out', CARDS.student)
    await office.goto(`${world.url}/security/flow`)
    await office.locator('[data-test=flow] canvas').waitFor()
    const cells = office.locator('[data-test=flow-gates] [data-gate=main-1] td.number')
    expect(await cells.allInnerTexts()).toEqual(['1', '1', '1'])
    await office.selectOption('select[name=area]', 'library')
    await office.getByText('Nobody passed in that time.').waitFor()
  })
})

describe('somebody known by name only', () => {
  it('is found, on record, and then the passages', async () => {
    await office.goto(`${world.url}/security/passages`)
    await office.fill('input[name=person]', '王')
    await office.click('[data-test=by-name]')
    await office.getByText('Say why.').waitFor()
    await office.fill('input[name=why]', 'lost wallet')
    await office.click('[data-test=by-name]')
    await office.locator('[data-test=people]').getByText('20240311').click()
    await office.locator('[data-test=found] [data-seq]').first().waitFor()
    expect(await office.locator('input[name=person]').inputValue()).toBe('20240311')
  })
})
