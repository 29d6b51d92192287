import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROLES, type Role } from '../../src/api/session'
import { blank, complaints, launch, on, signIn } from '../support/browser'
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

/** Where each role begins, and the links it is offered. */
const FIRST: Record<Role, [path: string, links: string[]]> = {
  guard: ['/guard', ['Gates']],
  dormitory_manager: ['/power', ['Rooms', 'Lines', 'Water', 'Gates', 'Passages']],
  utilities: ['/power', ['Rooms', 'Lines', 'Water', 'Readings in doubt']],
  security: [
    '/security',
    ['Security', 'Flow', 'Wall', 'Passages', 'Gates', 'Rooms', 'Lines', 'Water'],
  ],
  finance: ['/money', ['Money', 'Readings in doubt']],
  auditor: [
    '/security',
    [
      'Security',
      'Flow',
      'Wall',
      'Passages',
      'Rooms',
      'Lines',
      'Water',
      'Readings in doubt',
      'Money',
      'Administration',
    ],
  ],
  administrator: [
    '/security',
    [
      'Security',
      'Flow',
      'Wall',
      'Passages',
      'Gates',
      'Rooms',
      'Lines',
      'Water',
      'Readings in doubt',
      'Money',
      'Administration',
    ],
  ],
}

describe('signing in', () => {
  it.each(ROLES)('a %s begins where the work is', async (role) => {
    const page = await on(browser, world.url, role)
    const [path, links] = FIRST[role]
    expect(new URL(page.url()).pathname).toBe(path)
    expect(await page.locator('header nav a').allInnerTexts()).toEqual(links)
    await page.context().close()
  })

  it('a wrong password is told, and lets nobody in', async () => {
    const page = await blank(browser)
    await signIn(page, world.url, 'guard', 'wrong')
    expect(await page.locator('[data-test=failure]').innerText()).toContain('is wrong')
    expect(new URL(page.url()).pathname).toBe('/login')
    await page.context().close()
  })

  it('a page that is not for the role says so, and shows nothing', async () => {
    const page = await on(browser, world.url, 'guard', '/guard')
    await page.goto(`${world.url}/admin`)
    await page.getByText('Your role may not see this.').last().waitFor()
    expect(await page.locator('[data-test=health]').count()).toBe(0)
    await page.context().close()
  })

  it('a session lasts over a reload, and ends when signed out', async () => {
    const page = await on(browser, world.url, 'guard')
    await page.reload()
    await page.locator('[data-test=gate]').first().waitFor()
    await page.click('[data-test=sign-out]')
    await page.waitForURL('**/login**')
    await page.goto(`${world.url}/guard`)
    await page.waitForURL('**/login**')
    await page.context().close()
  })

  it('language and appearance change at once and stay', async () => {
    const page = await on(browser, world.url, 'guard')
    await page.click('[data-test=language]')
    await page.getByRole('heading', { name: '门岗', level: 1 }).waitFor()
    await page.click('[data-test=theme]')
    await page.click('[data-test=theme]')
    await page.reload()
    await page.getByRole('heading', { name: '门岗', level: 1 }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
    expect(await page.locator('html').getAttribute('class')).toContain('dark')
    await page.context().close()
  })
})
