/**
 * Fails when a guard's first load is larger than it may be: a gatehouse has a poor line, and an old
 * computer. Counted as a server with compression sends it.
 */
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const MOST_KB = 400
/** What a guard needs: the page itself, the wire, and the words of the larger language. */
const NEEDED = [
  'index.html',
  'src/pages/LoginPage.vue',
  'src/pages/guard/GuardPage.vue',
  'src/live/mqtt.ts',
  'src/i18n/locales/zh-CN.json',
  'node_modules/element-plus/es/locale/lang/zh-cn.mjs',
]

const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))
const files = new Set(['index.html'])
const seen = new Set()

function take(name) {
  if (seen.has(name)) return
  seen.add(name)
  const chunk = manifest[name]
  if (!chunk)
    throw new Error(`the build has no \`${name}\`; name what a guard needs in ${import.meta.url}`)
  files.add(chunk.file)
  for (const file of [...(chunk.css ?? []), ...(chunk.assets ?? [])]) files.add(file)
  for (const needed of chunk.imports ?? []) take(needed)
}

NEEDED.forEach(take)
const sized = [...files]
  .map((file) => [file, gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length])
  .sort(([, a], [, b]) => b - a)
const total = sized.reduce((sum, [, size]) => sum + size, 0)
for (const [file, size] of sized) console.log(`${(size / 1000).toFixed(1).padStart(8)} kB  ${file}`)
console.log(
  `${(total / 1000).toFixed(1).padStart(8)} kB  of ${MOST_KB} kB for a guard's first load`,
)

const heavy = [...seen].filter((name) => /echarts|zrender|chart/i.test(name))
if (heavy.length > 0) {
  console.error(`a guard draws no charts, but loads ${heavy.join(', ')}`)
  process.exitCode = 1
}
if (total > MOST_KB * 1000) {
  console.error('too much: load something later, or leave it out')
  process.exitCode = 1
}
