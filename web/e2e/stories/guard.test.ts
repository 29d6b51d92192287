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
  page = await on(browser, world.url, 'guard', '/guard')
})

afterAll(async () => {
  await browser?.close()
  await world?.stop()
  expect(complaints.all).toEqual([])
})

function last() {
  return page.locator('[data-test=last]')
}

function rows() {
  return page.locator('[data-test=log] [data-seq]')
}

/** The minute on the campus' clocks: eight hours ahead of UTC, while the browser is in New York. */
function campusMinute(): string {
  return new Date(Date.now() + 8 * 3_600_000).toISOString().slice(11, 16)
}

/** Whoever was let through has a second to pass; only then is a gate that opens forced. */
function permitsAreOver(): Promise<void> {
  return page.waitForTimeout(2_000)
}

describe('a guard', () => {
  it('sees a swipe at an own gate at once, with who, why and what to do', async () => {
    await world.gates.swipe('main-1', 'in', CARDS.student)
    await last().getByText('王伟').waitFor()
    expect(await last().innerText()).toContain('Let pass')
    const before = campusMinute()
    await world.gates.swipe('main-2', 'in', CARDS.lost)
    await last().getByText('李娜').waitFor()
    const told = await last().innerText()
    expect(told).toContain('Do not let pass')
    expect(told).toContain('Keep the card and call the card office')
    const shown = /\b(\d\d:\d\d):\d\d\b/.exec(told)?.[1]
    expect([before, campusMinute()]).toContain(shown)
  })

  it('sees the face of who passes, once the card office has delivered a photo', async () => {
    await world.gates.swipe('main-2', 'out', CARDS.student)
    await last().getByText('王伟').waitFor()
    await last().getByRole('img', { name: 'No photo' }).waitFor()
    world.controller.photograph('20240311')
    await world.gates.swipe('main-2', 'in', CARDS.student)
    const face = last().getByRole('img', { name: 'Photo of 王伟' })
    await face.waitFor()
    await page.waitForFunction((name) => {
      const image = document.querySelector<HTMLImageElement>(`img[alt="${name}"]`)
      return image !== null && image.complete && image.naturalWidth === 1
    }, 'Photo of 王伟')
  })

  it('sees an unknown card', async () => {
    await world.gates.swipe('main-1', 'in', CARDS.unknown)
    await last().getByText('Unknown card').first().waitFor()
  })

  it('sees nothing of gates that are not the own ones', async () => {
    const before = await rows().count()
    await world.gates.swipe('library-1', 'in', CARDS.teacher)
    await world.gates.swipe('main-1', 'out', CARDS.student)
    await page.waitForFunction(
      (count) => document.querySelectorAll('[data-test=log] [data-seq]').length > count,
      before,
    )
    expect(await page.locator('[data-test=log]').innerText()).not.toContain('图书馆')
    expect(await page.locator('[data-test=gate]').count()).toBe(2)
  })

  it('reads the log in peace: it never jumps while it is held', async () => {
    await page.locator('[data-test=log]').hover()
    await page.getByText('Held still while you read').waitFor()
    const first = await rows().first().getAttribute('data-seq')
    for (let turn = 0; turn < 3; turn++) await world.gates.swipe('main-1', 'in', CARDS.teacher)
    await page.getByText('3 new rows').waitFor()
    expect(await rows().first().getAttribute('data-seq')).toBe(first)
    await page.mouse.move(2, 2)
    await page.getByText('Following').waitFor()
    expect(await rows().first().getAttribute('data-seq')).not.toBe(first)
  })

  it('opens a gate by hand, and must say why', async () => {
    await page.locator('[data-gate=main-1] [data-test=open]').click()
    const dialog = page.getByRole('dialog')
    await dialog.locator('[data-test=confirm]').click()
    await dialog.getByText('Say why.').waitFor()
    await order(page, 'forgot the card, known to me')
    await last().getByText('Opened by hand').waitFor()
    expect(await last().innerText()).toContain('forgot the card, known to me')
  })

  it('opens a gate by keyboard alone', async () => {
    await page.keyboard.press('2')
    await page.keyboard.press('o')
    await page.getByRole('dialog').locator('input[name=why]').waitFor()
    await page.waitForTimeout(400)
    await page.keyboard.type('ambulance')
    await page.keyboard.press('Enter')
    await last().getByText('ambulance').waitFor()
    expect(await last().innerText()).toContain('正门2号通道')
    await page.keyboard.press('2')
  })

  it('is warned of a forced gate until it was acknowledged', async () => {
    await permitsAreOver()
    await world.gates.force('main-1')
    const alarm = page.locator('[data-reason=forced]')
    await alarm.waitFor()
    await alarm.locator('[data-test=acknowledge]').click()
    await order(page, 'looked at it, nothing wrong')
    await alarm.getByText('acknowledged by').waitFor()
    await world.gates.close('main-1')
    await alarm.waitFor({ state: 'detached' })
  })

  it('still sees an alarm that ended before anybody took note', async () => {
    await permitsAreOver()
    await world.gates.force('main-2')
    const alarm = page.locator('[data-reason=forced]')
    await alarm.waitFor()
    await world.gates.close('main-2')
    await alarm.getByText('It is over; nobody had taken note').waitFor()
    await alarm.locator('[data-test=dismiss]').click()
    await alarm.waitFor({ state: 'detached' })
  })

  it('shuts the own gates, and opens them again', async () => {
    await page.click('[data-test=lockdown]')
    await order(page, 'intruder')
    for (const gate of ['main-1', 'main-2']) {
      await page.locator(`[data-gate=${gate}][data-mode=blocked]`).waitFor()
    }
    await world.gates.swipe('main-1', 'in', CARDS.student)
    await last().getByText('Do not let pass').waitFor()
    for (const gate of ['main-1', 'main-2']) {
      await page.locator(`[data-gate=${gate}] [data-test=clear-mode]`).click()
      await order(page, 'all clear')
      await page.locator(`[data-gate=${gate}][data-mode=secure]`).waitFor()
    }
  })

  it('is shown a swipe fast, one after the other', async () => {
    const times: number[] = []
    for (let turn = 0; turn < 30; turn++) {
      const before = Number(await rows().first().getAttribute('data-seq'))
      const seen = page.evaluate(
        (seq) =>
          new Promise<number>((resolve) => {
            const look = () => {
              const first = document.querySelector('[data-test=last]')
              if (Number(first?.getAttribute('data-seq')) > seq) resolve(Date.now())
              else requestAnimationFrame(look)
            }
            look()
          }),
        before,
      )
      const at = Date.now()
      await world.gates.swipe('main-1', turn % 2 ? 'in' : 'out', CARDS.student)
      times.push((await seen) - at)
    }
    times.sort((a, b) => a - b)
    const median = times[15] ?? Infinity
    console.log(`swipe to screen: median ${median} ms, longest ${times.at(-1)} ms`)
    expect(median).toBeLessThan(150)
  })
})
