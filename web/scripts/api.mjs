/**
 * Makes the types of the interfaces from their contracts, so that a changed field breaks the build:
 * `src/api/openapi.ts` from `openapi.json`, `src/api/topics.ts` from `docs/asyncapi.yaml`.
 *
 *     npm run api                     write them
 *     npm run api -- --check          fail when they are not what the contracts give
 *     npm run api -- --from URL       take `openapi.json` from a running controller first
 *     npm run api -- --check --from URL   fail when the controller's document is another
 */
import { readFile, writeFile } from 'node:fs/promises'
import openapiTS, { astToString } from 'openapi-typescript'
import { compile } from 'json-schema-to-typescript'
import prettier from 'prettier'
import { parse } from 'yaml'

const root = new URL('..', import.meta.url)
const args = process.argv.slice(2)
const check = args.includes('--check')
const from = args.includes('--from') ? args[args.indexOf('--from') + 1] : undefined

/** The word of each schema that a page needs, as a type of its own. */
const TOPIC_TYPES = {
  entry: 'Entry',
  alarm: 'Alarm',
  gateState: 'GateState',
  roomState: 'RoomState',
  roomEvent: 'RoomEvent',
  busState: 'LineState',
  valveState: 'ValveState',
  valveEvent: 'ValveEvent',
  fact: 'Fact',
  evidence: 'Evidence',
  tripRule: 'TripRule',
  sample: 'Sample',
  relayRecord: 'RelayRecord',
  reason: 'Reason',
  mode: 'Mode',
  personKind: 'PersonKind',
  owner: 'Owner',
}

async function put(path, text) {
  const file = new URL(path, root)
  const options = await prettier.resolveConfig(file.pathname)
  const pretty = await prettier.format(text, { ...options, filepath: file.pathname })
  const stands = await readFile(file, 'utf8').catch(() => null)
  if (stands === pretty) return
  if (check) {
    console.error(`${path} is not what its contract gives; run \`npm run api\``)
    process.exitCode = 1
    return
  }
  await writeFile(file, pretty)
  console.log(`wrote ${path}`)
}

/** Schemas refer to each other below `$defs` in JSON Schema, below `components` in AsyncAPI. */
function moved(value) {
  if (Array.isArray(value)) return value.map(moved)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).map(([key, inner]) =>
    key === '$ref'
      ? [key, inner.replace('#/components/schemas/', '#/$defs/')]
      : [key, moved(inner)],
  )
  return Object.fromEntries(entries)
}

async function topics() {
  const contract = parse(await readFile(new URL('../docs/asyncapi.yaml', root), 'utf8'))
  const defs = moved(contract.components.schemas)
  for (const [name, title] of Object.entries(TOPIC_TYPES)) {
    if (!defs[name]) throw new Error(`docs/asyncapi.yaml has no schema \`${name}\``)
    defs[name].title = title
  }
  const properties = Object.fromEntries(
    Object.keys(TOPIC_TYPES).map((name) => [name, { $ref: `#/$defs/${name}` }]),
  )
  const schema = { type: 'object', additionalProperties: false, properties, $defs: defs }
  const head = '/* Made from docs/asyncapi.yaml by `npm run api`. Do not edit. */\n'
  const options = { bannerComment: head, additionalProperties: true, format: false, maxItems: 0 }
  return compile(schema, 'Payloads', options)
}

async function http() {
  const document = JSON.parse(await readFile(new URL('openapi.json', root), 'utf8'))
  const head = '/* Made from openapi.json by `npm run api`. Do not edit. */\n'
  return head + astToString(await openapiTS(document))
}

if (from) await put('openapi.json', await (await fetch(`${from}/openapi.json`)).text())
await put('src/api/openapi.ts', await http())
await put('src/api/topics.ts', await topics())
