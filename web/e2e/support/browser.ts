/** The system's Chromium, and pages of signed-in operators. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium, type Browser, type Page } from 'playwright-core'
import type { Role } from '../../src/api/session'
import { OPERATORS, PASSWORD } from './campus'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
export const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

export async function launch(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? PLACES.find((path) => existsSync(path))
  if (!executablePath) throw new Error('install chromium, or name it in CHROMIUM')
  return chromium.launch({ executablePath, args: ['--no-sandbox'] })
}

export interface Look {
  width?: number
  locale?: 'zh-CN' | 'en'
  theme?: 'light' | 'dark'
}

/** What went wrong in pages: a story that ends with any has failed. */
export class Complaints {
  readonly all: string[] = []

  watch(page: Page): void {
    page.on('pageerror', (error) => this.all.push(error.message))
    page.on('console', (message) => {
      // A wrong password, a photo that is not there and a controller that is away are part of stories.
      const isExpected =
        /status of (401|404|409|422|503)|ERR_CONNECTION|ERR_INTERNET_DISCONNECTED|WebSocket connection|already in CLOSING or CLOSED/.test(
          message.text(),
        )
      if (message.type() === 'error' && !isExpected) this.all.push(message.text())
    })
  }
}

export const complaints = new Complaints()

export function heightFor(width: number): number {
  return width < 500 ? 844 : width > 3000 ? 2160 : 860
}

export async function blank(browser: Browser, look: Look = {}): Promise<Page> {
  const width = look.width ?? 1280
  const context = await browser.newContext({
    viewport: { width, height: heightFor(width) },
    locale: look.locale ?? 'en',
    colorScheme: look.theme ?? 'light',
    // The browser stands elsewhere than the campus: times must not follow it.
    timezoneId: 'America/New_York',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  complaints.watch(page)
  return page
}

export async function signIn(
  page: Page,
  url: string,
  role: Role,
  password = PASSWORD,
): Promise<void> {
  await page.goto(`${url}/login`)
  await page.fill('input[name=operator]', OPERATORS[role].operator)
  await page.fill('input[name=password]', password)
  await page.click('button[type=submit]')
}

/** A page of an operator of that role, live. */
export async function on(
  browser: Browser,
  url: string,
  role: Role,
  path = '/',
  look: Look = {},
): Promise<Page> {
  const page = await blank(browser, look)
  await signIn(page, url, role)
  await page.waitForURL((address) => !address.pathname.startsWith('/login'))
  if (path !== '/') await page.goto(url + path)
  if (role !== 'finance') await page.locator('[data-trust=live]').first().waitFor()
  return page
}

/** Fills the dialog of an order and sends it. */
export async function order(page: Page, why: string): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.locator('input[name=why]').fill(why)
  await dialog.locator('[data-test=confirm]').click()
  await dialog.waitFor({ state: 'hidden' })
}
