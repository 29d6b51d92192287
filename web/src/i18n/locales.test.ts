/** The words of the pages: complete in both languages, and none without use. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import { ROLES } from '@/api/session'

type Words = { [key: string]: string | Words }

function flat(words: Words, prefix = ''): [key: string, text: string][] {
  return Object.entries(words).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[prefix + key, value]] : flat(value, `${prefix}${key}.`),
  )
}

/** As they are written; an import would give them compiled. */
function wordsOf(locale: string): Map<string, string> {
  return new Map(flat(JSON.parse(readFileSync(`src/i18n/locales/${locale}.json`, 'utf8')) as Words))
}

const english = wordsOf('en')
const chinese = wordsOf('zh-CN')

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sources(path)
    return /\.(vue|ts)$/.test(entry.name) && !/\.test\.ts$/.test(entry.name) ? [path] : []
  })
}

const text = sources('src')
  .filter((path) => !path.startsWith(join('src', 'api')))
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n')

/** The schemas of `docs/asyncapi.yaml`, whose every word needs a text. */
const contract = parse(readFileSync('../docs/asyncapi.yaml', 'utf8')) as {
  components: { schemas: Record<string, Schema> }
}
interface Schema {
  enum?: string[]
  properties?: Record<string, Schema>
  items?: Schema | Schema[]
}
const schemas = contract.components.schemas

function words(...path: string[]): string[] {
  let at: Schema | undefined = schemas[path[0] ?? '']
  for (const step of path.slice(1))
    at = step === '[]' ? (at?.items as Schema) : at?.properties?.[step]
  const found = at?.enum ?? []
  if (found.length === 0) throw new Error(`docs/asyncapi.yaml has no words at ${path.join('.')}`)
  return found
}

describe('the words', () => {
  it('are the same in both languages', () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort())
  })

  it('have the same places to fill in', () => {
    const places = (words: string) => [...new Set(words.match(/\{\w+\}/g) ?? [])].sort()
    for (const [key, words] of english) {
      expect(places(chinese.get(key) ?? ''), key).toEqual(places(words))
    }
  })

  it('are there for every key that is asked for', () => {
    const asked = [...text.matchAll(/\bt\(\s*['"]([\w.]+)['"]/g)].map((match) => match[1] ?? '')
    expect(asked.length).toBeGreaterThan(100)
    const titles = [...text.matchAll(/(?:title|key): '(\w+\.\w+)'/g)].map((match) => match[1] ?? '')
    for (const key of [...asked, ...titles]) expect(english.has(key), key).toBe(true)
  })

  it('are all asked for', () => {
    const prefixes = [...text.matchAll(/\bt\(\s*`([\w.]+[._])\$\{/g)].map((match) => match[1] ?? '')
    // Their section is a variable: what a fact says is looked up in several.
    const looked = ['reason.', 'what.', 'act.', 'deed.', 'measure.', 'mode.', 'fact.', 'at_hand.']
    for (const key of english.keys()) {
      const isAsked =
        text.includes(`'${key}'`) ||
        text.includes(`"${key}"`) ||
        [...prefixes, ...looked].some((prefix) => key.startsWith(prefix))
      expect(isAsked, `${key} is used nowhere`).toBe(true)
    }
  })

  it.each<[section: string, codes: string[]]>([
    ['reason', words('reason')],
    ['mode', words('mode')],
    ['kind', words('personKind')],
    ['device', words('deviceKind')],
    ['direction', words('direction')],
    ['what', words('roomEvent', 'what')],
    ['tap_what', words('valveEvent', 'what')],
    ['tap_why', words('valveEvent', 'why')],
    ['absence', words('roomState', 'absence')],
    ['relay_alarm', words('roomState', 'alarms', '[]')],
    ['trip_rule', words('tripRule', 'rule')],
    ['role', [...ROLES]],
  ])('are there for every %s of the contract', (section, codes) => {
    for (const code of codes) {
      expect(english.has(`${section}.${code}`), `en ${section}.${code}`).toBe(true)
      expect(chinese.has(`${section}.${code}`), `zh ${section}.${code}`).toBe(true)
    }
  })
})
