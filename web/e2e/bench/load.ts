/**
 * What a whole campus costs one browser: 4,400 rooms and 300 gates live. A broker and an interface that
 * do nothing but speak stand in for the controller, so that the page alone is measured.
 *
 *     npm run build && npm run bench
 */
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generate, parser, type Packet } from 'mqtt-packet'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Campus, Session } from '../../src/api/session'
import { launch } from '../support/browser'

const BUILDINGS = 20
const ROOMS = 4_400
const GATES = 300
/** Each room says something new so often. */
const ROOM_EVERY_MS = 5_000
const SWIPES_A_SECOND = 100
const SETTLE_MS = 15_000
const MEASURE_MS = 20_000

const dist = fileURLToPath(new URL('../../dist', import.meta.url))
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

const gates = Array.from({ length: GATES }, (_, index) => ({
  id: `gate-${index}`,
  name: `${index}号门`,
  area: 'campus',
  from: 'outside',
  to: 'campus',
  kind: 'turnstile',
  readers: [],
}))
const rooms = Array.from({ length: ROOMS }, (_, index) => {
  const building = index % BUILDINGS
  const place = Math.floor(index / BUILDINGS)
  const door = `${1 + Math.floor(place / 22)}${String(1 + (place % 22)).padStart(2, '0')}`
  return {
    id: `b${building}-${door}`,
    name: `${building}号楼${door}`,
    area: `b${building}`,
    line: `l${building}`,
  }
})
const campus: Campus = {
  site: 'west',
  name: '西校区',
  zone: 'Asia/Shanghai',
  topics: 'onecard/west',
  two_people: [],
  areas: [
    { id: 'campus', name: '校园', parent: null, capacity: null },
    ...Array.from({ length: BUILDINGS }, (_, index) => ({
      id: `b${index}`,
      name: `${index}号楼`,
      parent: 'campus',
      capacity: null,
    })),
  ],
  gates,
  rooms,
  lines: Array.from({ length: BUILDINGS }, (_, index) => ({ id: `l${index}`, area: `b${index}` })),
}
const session: Session = {
  operator: 'admin',
  name: 'admin',
  role: 'administrator',
  areas: null,
  gates: null,
  csrf: 'x',
  expires_at: '2099-01-01T00:00:00Z',
}

function now(): string {
  return new Date(Date.now() + 8 * 3_600_000).toISOString().replace('Z', '+08:00')
}

function roomState(room: (typeof rooms)[number]): string {
  const watts = Math.round(50 + 400 * Math.random())
  return JSON.stringify({
    room: room.id,
    name: room.name,
    area: room.area,
    line: room.line,
    at: now(),
    relay: 'closed',
    reading: 'fresh',
    power_w: watts,
    voltage_v: 221.3,
    current_a: watts / 220,
    read_at: now(),
    limit_w: 1200,
    towards_trip: 0,
    off: [],
    alarms: [],
    commands: [],
  })
}

let seq = 0
const lastOf = new Map<string, number>()
function entry(gate: string): string {
  seq += 1
  const prev_seq = lastOf.get(gate) ?? null
  lastOf.set(gate, seq)
  const granted = seq % 20 !== 0
  return JSON.stringify({
    seq,
    boot: 1,
    prev_seq,
    at: now(),
    decision: `D${seq}`,
    area: 'campus',
    gate,
    direction: 'in',
    granted,
    reason: granted ? 'grant' : 'deny_lost',
    rule: 'members',
    rules: ['members'],
    rules_version: 'x',
    person: '20240311',
    name: '王伟',
    kind: 'student',
    card: '04A1…80',
    text_zh: '准许通行',
    text_en: 'Let pass',
  })
}

function serveBroker(socket: WebSocket): void {
  const timers: NodeJS.Timeout[] = []
  const send = (packet: Packet) =>
    socket.readyState === socket.OPEN && socket.send(generate(packet, { protocolVersion: 5 }))
  const publish = (topic: string, payload: string, retain = false) =>
    send({ cmd: 'publish', topic, payload, qos: 0, retain, dup: false } as Packet)
  const heard = parser({ protocolVersion: 5 })
  const begun = new Set<string>()
  heard.on('packet', (packet: Packet) => {
    if (packet.cmd === 'connect')
      send({ cmd: 'connack', reasonCode: 0, sessionPresent: false } as Packet)
    if (packet.cmd === 'pingreq') send({ cmd: 'pingresp' } as Packet)
    if (packet.cmd !== 'subscribe') return
    send({
      cmd: 'suback',
      messageId: packet.messageId,
      granted: packet.subscriptions.map(() => 0),
    } as Packet)
    for (const { topic } of packet.subscriptions) {
      if (topic.endsWith('/room/+/state') && !begun.has('rooms')) {
        begun.add('rooms')
        const say = (room: (typeof rooms)[number]) =>
          publish(`onecard/west/${room.area}/room/${room.id}/state`, roomState(room), true)
        rooms.forEach(say)
        let next = 0
        timers.push(
          setInterval(() => {
            for (let count = 0; count < (ROOMS / ROOM_EVERY_MS) * 50; count++)
              say(rooms[next++ % ROOMS] as (typeof rooms)[number])
          }, 50),
        )
      }
      if (topic.endsWith('/gate/+/entry') && !begun.has('gates')) {
        begun.add('gates')
        for (const gate of gates)
          publish(
            `onecard/west/campus/gate/${gate.id}/state`,
            JSON.stringify({ state: 'closed' }),
            true,
          )
        let next = 0
        timers.push(
          setInterval(() => {
            const gate = gates[next++ % GATES] as (typeof gates)[number]
            publish(`onecard/west/campus/gate/${gate.id}/entry`, entry(gate.id))
            publish(
              `onecard/west/campus/gate/${gate.id}/state`,
              JSON.stringify({ state: next % 2 ? 'open' : 'closed' }),
            )
          }, 1000 / SWIPES_A_SECOND),
        )
      }
    }
  })
  socket.on('message', (data) => heard.parse(data as Buffer))
  socket.on('close', () => timers.forEach((timer) => clearInterval(timer)))
}

const server = createServer((asked, answer: ServerResponse) => {
  const path = new URL(asked.url ?? '/', 'http://x').pathname
  const json = (body: unknown) => {
    answer.writeHead(200, { 'Content-Type': 'application/json' })
    answer.end(JSON.stringify(body))
  }
  const { port } = server.address() as AddressInfo
  const shown = ['entry', 'state', 'event', 'alarm', 'availability']
  if (path === '/api/session') return json(session)
  if (path === '/api/campus') return json(campus)
  if (path === '/api/session/mqtt') {
    return json({
      url: `ws://127.0.0.1:${port}/mqtt`,
      client_id: 'bench',
      username: 'bench',
      password: 'bench',
      expires_at: '2099-01-01T00:00:00Z',
      site: 'west',
      subscribe: ['gate', 'reader', 'room', 'bus'].flatMap((kind) =>
        shown.map((channel) => `onecard/west/+/${kind}/+/${channel}`),
      ),
    })
  }
  if (path === '/api/entries')
    return json({ rows: [], next_after: seq, next_before: null, last_seq: seq })
  if (path === '/api/alarms') return json([])
  if (path === '/api/areas')
    return json(campus.areas.map((area) => ({ ...area, inside: 100, measures: [] })))
  if (path === '/api/gates')
    return json(
      gates.map((gate) => ({
        ...gate,
        state: 'closed',
        mode: 'secure',
        owner: { layer: 'standing' },
        confirmed: true,
        awaited: 0,
      })),
    )
  const file = join(dist, normalize(path))
  const served = existsSync(file) && statSync(file).isFile() ? file : join(dist, 'index.html')
  answer.writeHead(200, { 'Content-Type': TYPES[extname(served)] ?? 'text/plain' })
  createReadStream(served).pipe(answer)
})
new WebSocketServer({ server, handleProtocols: () => 'mqtt' }).on('connection', serveBroker)
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const browser = await launch()
const whole = await browser.newBrowserCDPSession()

/** What the page's process has spent, whatever else the machine does. */
async function rendererSeconds(): Promise<number> {
  const { processInfo } = await whole.send('SystemInfo.getProcessInfo')
  return processInfo
    .filter((process) => process.type === 'renderer')
    .reduce((sum, process) => sum + process.cpuTime, 0)
}

for (const path of ['/guard', '/security', '/security/wall', '/power', '/power/lines']) {
  const page = await (
    await browser.newContext({ viewport: { width: 1920, height: 1080 } })
  ).newPage()
  await page.goto(url + path)
  await page.locator('[data-trust=live]').first().waitFor()
  await page.waitForTimeout(SETTLE_MS)
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Performance.enable')
  const before = await rendererSeconds()
  const began = performance.now()
  await page.waitForTimeout(MEASURE_MS)
  const busy = (1000 * ((await rendererSeconds()) - before)) / (performance.now() - began)
  await cdp.send('HeapProfiler.collectGarbage')
  const { metrics } = await cdp.send('Performance.getMetrics')
  const metric = (name: string) => metrics.find((one) => one.name === name)?.value ?? 0
  const figures = [
    `${(100 * busy).toFixed(1).padStart(5)} % of a core`,
    `${(metric('JSHeapUsedSize') / 1e6).toFixed(0).padStart(4)} MB of heap`,
    `${metric('Nodes')} nodes`,
  ]
  console.log(path.padEnd(16), figures.join(', '))
  await page.context().close()
}
await browser.close()
server.closeAllConnections()
server.close()
process.exit(0)
