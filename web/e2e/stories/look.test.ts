/** Every page, in both languages and at three widths: nothing overflows, nothing is inaccessible.
 * `SHOTS=folder` keeps the pictures, to be looked at. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '../../src/api/session'
import { AXE, blank, complaints, heightFor, launch, on } from '../support/browser'
import { CARDS } from '../support/campus'
import { World } from '../support/world'

const PAGES: [name: string, role: Role, path: string, ready: string][] = [
  ['guard', 'guard', '/guard', '[data-test=last]'],
  ['rooms', 'utilities', '/power', '[data-condition=tripped], [data-condition=locked_out]'],
  ['room', 'utilities', '/power/rooms/north-203', '[data-test=evidence] canvas'],
  ['lines', 'utilities', '/power/lines', '[data-test=line] .bar'],
  ['water', 'utilities', '/water', '[data-condition=fault]'],
  ['security', 'security', '/security', '[data-test=area]'],
  ['wall', 'security', '/security/wall', '[data-test=area]'],
  ['flow', 'security', '/security/flow', '[data-test=flow] canvas'],
  ['passages', 'security', '/security/passages', '[data-test=search]'],
  ['muster', 'security', '/security/muster/campus', '[data-test=person]'],
  ['admin', 'administrator', '/admin', '[data-test=health] .verdict'],
  ['operators', 'administrator', '/admin/operators', '[data-operator]'],
  ['devices', 'administrator', '/admin/devices', '[data-username]'],
  ['rules', 'administrator', '/admin/rules', 'textarea'],
  ['backups', 'administrator', '/admin/backups', '[data-test=take]'],
  ['audit', 'administrator', '/admin/audit', '[data-test=deeds] .deed'],
  ['facts', 'administrator', '/admin/facts', '[data-test=facts] .fact'],
  ['money', 'finance', '/money', '[data-test=accounts]'],
  ['quarantine', 'finance', '/power/quarantine', '.standing'],
  ['forbidden', 'guard', '/admin', '.standing'],
  ['nowhere', 'guard', '/nowhere', 'h1'],
]
const LOOKS = [
  { locale: 'zh-CN', theme: 'light' },
  { locale: 'en', theme: 'dark' },
] as const
const WIDTHS = [390, 1280, 3840]

const shots = process.env.SHOTS
let world: World
let browser: Browser

beforeAll(async () => {
  if (shots) mkdirSync(shots, { recursive: true })
  world = await World.start(0, { hasTaps: true })
  browser = await launch()
  world.overload('north-203')
  await world.topUp('purse:20240311', 2_000, 1)
  await world.taps.swipe('shower-1', CARDS.student)
  world.taps.fail('shower-2', 'motor blocked')
  const { gates } = world
  await gates.swipe('main-1', 'in', CARDS.student)
  await gates.swipe('main-1', 'in', CARDS.teacher)
  await gates.swipe('main-1', 'in', CARDS.unknown)
  await gates.swipe('main-2', 'in', CARDS.visitor)
  await gates.swipe('library-1', 'in', CARDS.student)
  await gates.force('main-2')
  await gates.swipe('main-2', 'in', CARDS.lost)
})

afterAll(async () => {
  await browser?.close()
  await world?.stop()
  expect(complaints.all).toEqual([])
})

/** What sticks out of the page to the right, but for what is meant to be scrolled. */
function overflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const scrolled = '.scroll-x, .rows, pre, .skip, .sr'
    const out: string[] = []
    for (const element of document.querySelectorAll('body *')) {
      const box = element.getBoundingClientRect()
      if (box.width > 0 && box.right > innerWidth + 1 && !element.closest(scrolled)) {
        out.push(`${element.tagName}.${element.getAttribute('class')} ends at ${box.right}`)
      }
    }
    return out
  })
}

interface Found {
  violations: {
    id: string
    impact: string | null
    nodes: { target: unknown; failureSummary?: string }[]
  }[]
}

async function inaccessible(page: Page): Promise<string[]> {
  // The content security policy keeps scripts out; the browser itself may still bring one in.
  const session = await page.context().newCDPSession(page)
  await session.send('Runtime.evaluate', { expression: readFileSync(AXE, 'utf8') })
  const found = await page.evaluate(
    () => (window as unknown as { axe: { run(): Promise<Found> } }).axe.run() as Promise<Found>,
  )
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map((node) => `${id}: ${String(node.target)} ${node.failureSummary}`),
    )
}

describe.each(LOOKS)('in $locale, $theme', (look) => {
  it('the sign-in is fit to be seen', async () => {
    for (const width of WIDTHS) {
      const page = await blank(browser, { ...look, width })
      await page.goto(`${world.url}/login`)
      await page.locator('input[name=operator]').waitFor()
      expect(await overflow(page)).toEqual([])
      expect(await inaccessible(page)).toEqual([])
      if (shots) await page.screenshot({ path: join(shots, `login-${width}-${look.locale}.png`) })
      await page.context().close()
    }
  })

  it.each(PAGES)('%s is fit to be seen', async (name, role, path, ready) => {
    const page = await on(browser, world.url, role, '/', look)
    await page.goto(world.url + path)
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: heightFor(width) })
      await page.locator(ready).first().waitFor()
      await page.waitForTimeout(500)
      expect(await overflow(page), `${name} at ${width}`).toEqual([])
      expect(await inaccessible(page), `${name} at ${width}`).toEqual([])
      if (shots) {
        const file = join(shots, `${name}-${width}-${look.locale}.png`)
        await page.screenshot({ path: file, fullPage: width === 390 })
      }
    }
    await page.context().close()
  })
})
