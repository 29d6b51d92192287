/**
 * How soon the first page of each role is alive after signing in, on a running demonstration.
 *
 *     cargo run --release -- demo
 *     npm run bench:alive -- http://127.0.0.1:8080 NAME:PASSWORD…
 */
import { launch } from '../support/browser'

const [url = '', ...accounts] = process.argv.slice(2)
const browser = await launch()
for (const [name = '', password = ''] of accounts.map((account) => account.split(':'))) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } })
  const page = await context.newPage()
  await page.goto(`${url}/login`)
  await page.fill('input[name=operator]', name)
  await page.fill('input[name=password]', password)
  const began = performance.now()
  await page.click('button[type=submit]')
  await page.waitForURL((address) => !address.pathname.startsWith('/login'))
  await page.locator('main h1, main h2').first().waitFor()
  const shown = performance.now() - began
  const live = page.locator('[data-trust=live]').first()
  await live.waitFor({ timeout: 5_000 }).catch(() => undefined)
  const isLive = (await live.count()) > 0
  const path = new URL(page.url()).pathname
  console.log(
    `${name.padEnd(14)} ${path.padEnd(12)} shown after ${shown.toFixed(0)} ms,`,
    isLive ? `live after ${(performance.now() - began).toFixed(0)} ms` : 'not live',
  )
  await context.close()
}
await browser.close()
process.exit(0)
