import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blank, complaints, launch, on, order } from '../support/browser'
import { World } from '../support/world'

let world: World
let browser: Browser
let page: Page

beforeAll(async () => {
  world = await World.start(0, { twoPeople: ['begin_emergency'], isPrepaid: true })
  browser = await launch()
  page = await on(browser, world.url, 'administrator', '/admin')
})

afterAll(async () => {
  await browser?.close()
  await world?.stop()
  expect(complaints.all).toEqual([])
})

async function signIn(operator: string, password: string): Promise<Page> {
  const other = await blank(browser)
  await other.goto(`${world.url}/login`)
  await other.fill('input[name=operator]', operator)
  await other.fill('input[name=password]', password)
  await other.click('button[type=submit]')
  return other
}

async function secret(): Promise<string> {
  const shown = await page.locator('[data-test=secret] code').innerText()
  await page.click('[data-test=noted]')
  return shown
}

describe('operators', () => {
  it('are added with a role and places, and can sign in', async () => {
    await page.goto(`${world.url}/admin/operators`)
    await page.click('[data-test=add]')
    await page.fill('input[name=operator]', 'qian')
    await page.fill('input[name=name]', '钱师傅')
    await page.selectOption('select[name=role]', 'guard')
    await page.click('[data-test=save]')
    await page.getByText('Say why.').waitFor()
    await page.fill('input[name=why-form]', 'hired')
    await page.click('[data-test=save]')
    // A guard without a place makes no sense.
    await page.locator('[data-test=form]').getByText('a guard is on duty somewhere').waitFor()
    await page.locator('[data-test=form]').getByText('正门1号通道').click()
    await page.click('[data-test=save]')
    const password = await secret()
    const card = page.locator('[data-operator=qian]')
    await card.getByText('正门1号通道').waitFor()
    const other = await signIn('qian', password)
    await other.locator('[data-test=lockdown]').waitFor()
    // A new password ends the session.
    await card.locator('[data-test=password]').click()
    await order(page, 'forgot the password')
    expect(await secret()).not.toBe(password)
    await other.reload()
    await other.locator('input[name=operator]').waitFor()
    await other.context().close()
    await card.locator('[data-test=token]').click()
    const dialog = page.getByRole('dialog')
    await dialog.locator('input[name=label]').fill('wall')
    await order(page, 'a screen')
    expect(await secret()).toMatch(/^qian\.[0-9a-f]{64}$/)
    await card.getByText('wall').waitFor()
    await card.locator('[data-test=revoke]').click()
    await order(page, 'left')
    await card.waitFor({ state: 'detached' })
  })
})

describe('devices', () => {
  it('get passwords, and lose them', async () => {
    await page.goto(`${world.url}/admin/devices`)
    await page.fill('input[name=text]', 'gate-main-1')
    const row = page.locator('[data-username=gate-main-1]')
    await row.getByText('no password').waitFor()
    await row.locator('[data-test=make]').click()
    await order(page, 'a new gate')
    expect((await secret()).length).toBeGreaterThan(20)
    await row.locator('[data-test=revoke]').click()
    await order(page, 'stolen')
    await row.getByText('revoked').waitFor()
  })
})

describe('rules', () => {
  it('are checked as one types, and put in place by name', async () => {
    await page.goto(`${world.url}/admin/rules`)
    await page.locator('[data-file="policies/entry.cedar"]').click()
    const box = page.locator('textarea[name=rules]')
    const good = await box.inputValue()
    await box.fill(good.replace('Role::"student"', 'Role::"studnet"'))
    await page.locator('[data-test=checked] .mistake').first().waitFor()
    expect(await page.locator('[data-test=save]').isDisabled()).toBe(true)
    await page.locator('[data-test=checked] .mistake').first().click()
    // The cursor stands at the line of the mistake: only then may one type, or the text lands there.
    const wrong = good.slice(0, good.indexOf('Role::"student"'))
    await expect
      .poll(() =>
        box.evaluate((area: HTMLTextAreaElement) => [area.matches(':focus'), area.selectionEnd]),
      )
      .toEqual([true, wrong.lastIndexOf('\n') + 1])
    await box.fill(`${good}\n// a remark\n`)
    await page.locator('[data-test=checked]').getByText('No mistakes').waitFor()
    await page.click('[data-test=save]')
    await order(page, 'a remark for the next')
    const set = page.locator('[data-test=sets]')
    await set.getByText('a remark for the next').waitFor({ timeout: 15_000 })
    await set.getByText('admin').first().waitFor()
  })

  it('tell what new tariffs would have cost, before they count', async () => {
    await page.locator('[data-file="tariffs.toml"]').click()
    const box = page.locator('textarea[name=rules]')
    const dearer = (await box.inputValue()).replace('all = "0.5"', 'all = "0.6"')
    expect(await page.locator('[data-test=preview]').count()).toBe(0)
    await box.fill(dearer)
    await page.locator('[data-test=preview] button').click()
    const told = page.locator('[data-tariff=dorm-power]')
    await told.getByText('36 rooms').waitFor()
    expect(await told.locator('[data-test=charged]').innerText()).toBe('¥0.00')
    await box.fill(`${dearer}all = 1\n`)
    await page.locator('[data-test=checked] .mistake').first().waitFor()
    expect(await page.locator('[data-test=preview]').count()).toBe(0)
  })
})

describe('backups', () => {
  it('are taken and proved', async () => {
    await page.goto(`${world.url}/admin/backups`)
    await page.click('[data-test=take]')
    await order(page, 'before the term')
    await page.locator('[data-test=verify]').first().click()
    await page.locator('[data-test=whole]').waitFor()
  })
})

describe('the audit', () => {
  it('finds who did what, and proves the chain', async () => {
    await page.goto(`${world.url}/admin/audit`)
    await page.fill('input[name=place]', 'qian')
    await page.click('[data-test=find]')
    await page.locator('[data-test=deeds]').getByText('forgot the password').waitFor()
    const deeds = await page.locator('[data-test=deeds] .deed').allInnerTexts()
    expect(deeds.some((deed) => deed.includes('hired') && deed.includes('admin'))).toBe(true)
    await page.click('[data-test=prove]')
    await page.locator('[data-test=proof][data-whole=true]').waitFor()
  })
})

describe('an order that needs two people', () => {
  it('waits for the second, who sees what and why, and then is done', async () => {
    const office = await on(browser, world.url, 'security', '/security')
    await office.locator('[data-area=library] [data-test=emergency]').click()
    await order(office, 'smoke on the second floor')
    const own = office.locator('[data-test=proposal]')
    await own.getByText('somebody else must confirm').waitFor()
    const other = page.locator('[data-test=proposal]')
    await other.getByText('smoke on the second floor').waitFor()
    await other.locator('[data-test=second]').click()
    await other.waitFor({ state: 'detached' })
    await office.locator('[data-area=library] [data-kind=release]').first().waitFor()
    await own.waitFor({ state: 'detached' })
    await office.context().close()
  })
})
