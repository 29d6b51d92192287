/**
 * Serves the built pages before a controller under test. For one without sessions it fakes the session
 * interface, and nothing else. Never shipped.
 */
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import type { Campus, MqttCredential, Role, Session } from '../../src/api/session'
import { GATE_ROWS, OPERATORS, PASSWORD, rooms } from './campus'
import type { Controller } from './controller'

/** What a role hears at a place, as the controller grants it. */
const HEARD: Record<Role, Record<string, string[]>> = (() => {
  const gates = {
    gate: ['entry', 'state', 'availability', 'alarm'],
    reader: ['availability', 'alarm'],
  }
  const supplies = {
    room: ['state', 'event', 'availability', 'alarm'],
    bus: ['state', 'availability', 'alarm'],
  }
  const all = { ...gates, ...supplies }
  return {
    guard: gates,
    dormitory_manager: all,
    utilities: supplies,
    security: all,
    finance: {},
    auditor: all,
    administrator: all,
  }
})()

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
}

async function bodyOf(asked: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of asked) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

export class Proxy {
  private isFaking = false
  private readonly sessions = new Map<string, Session>()
  private readonly tokens = new Map<string, string>()
  private readonly server = createServer((asked, answer) => {
    this.serve(asked, answer).catch(() => answer.destroy())
  })

  private constructor(
    private readonly controller: Controller,
    private readonly dist: string,
  ) {}

  static async start(controller: Controller, dist: string, port = 0): Promise<Proxy> {
    const proxy = new Proxy(controller, dist)
    if (controller.hasSessions) controller.enrol()
    else proxy.fake()
    await new Promise<void>((resolve) => proxy.server.listen(port, '127.0.0.1', resolve))
    return proxy
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  private fake(): void {
    this.isFaking = true
    for (const { operator } of Object.values(OPERATORS)) {
      this.tokens.set(operator, this.controller.token(operator))
    }
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  private json(answer: ServerResponse, status: number, body?: unknown): void {
    answer.writeHead(status, { 'Content-Type': 'application/json' })
    answer.end(body === undefined ? undefined : JSON.stringify(body))
  }

  private refuse(answer: ServerResponse, status: number, code: string): void {
    this.json(answer, status, { type: 'about:blank', title: '', status, code, detail: code })
  }

  private async serve(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const path = new URL(asked.url ?? '/', 'http://x').pathname
    const asks = ['/api', '/health', '/metrics', '/openapi.json']
    if (!asks.some((prefix) => path.startsWith(prefix))) return this.page(path, answer)
    if (!this.isFaking) return this.forward(asked, answer, undefined)
    const cookie = /session=([^;]+)/.exec(asked.headers.cookie ?? '')?.[1] ?? ''
    const session = this.sessions.get(cookie)
    if (path === '/api/session' && asked.method === 'POST') return this.signIn(asked, answer)
    if (path === '/health') return this.forward(asked, answer, undefined)
    if (!session) return this.refuse(answer, 401, 'unauthorized')
    if (asked.method !== 'GET' && asked.headers['x-csrf-token'] !== session.csrf) {
      return this.refuse(answer, 403, 'csrf')
    }
    if (path === '/api/session' && asked.method === 'GET') return this.json(answer, 200, session)
    if (path === '/api/session') {
      this.sessions.delete(cookie)
      return this.json(answer, 204)
    }
    if (path === '/api/session/mqtt') return this.json(answer, 200, this.credential(session))
    if (path === '/api/campus') return this.json(answer, 200, this.campus(session))
    return this.forward(asked, answer, this.tokens.get(session.operator))
  }

  private async signIn(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { operator, password } = JSON.parse(await bodyOf(asked)) as Record<string, string>
    const known = Object.values(OPERATORS).find((known) => known.operator === operator)
    if (!known || password !== PASSWORD) return this.refuse(answer, 401, 'unauthorized')
    const id = crypto.randomUUID()
    const expires_at = new Date(Date.now() + 8 * 3_600_000).toISOString()
    this.sessions.set(id, { ...known, csrf: crypto.randomUUID(), expires_at })
    answer.setHeader('Set-Cookie', `session=${id}; HttpOnly; SameSite=Strict; Path=/`)
    this.json(answer, 200, this.sessions.get(id))
  }

  private credential(session: Session): MqttCredential {
    const heard = Object.entries(HEARD[session.role])
    const at = (area: string, device: string, kinds = heard) =>
      kinds.flatMap(([kind, channels]) =>
        channels.map((channel) => `onecard/west/${area}/${kind}/${device}/${channel}`),
      )
    const filters =
      session.areas === null
        ? [
            ...at('+', '+'),
            ...['event', 'alarm', 'availability'].map((c) => `onecard/west/_/controller/+/${c}`),
          ]
        : session.areas.flatMap((area) => at(area, '+'))
    const alone = GATE_ROWS.filter((gate) => session.gates?.includes(gate.id))
    for (const gate of alone) {
      filters.push(
        ...at(
          gate.to,
          gate.id,
          heard.filter(([kind]) => kind === 'gate'),
        ),
      )
      for (const direction of ['in', 'out']) {
        filters.push(
          ...at(
            gate.to,
            `${gate.id}-${direction}`,
            heard.filter(([kind]) => kind === 'reader'),
          ),
        )
      }
    }
    return {
      url: this.controller.websocket,
      client_id: `web-${crypto.randomUUID().slice(0, 8)}`,
      username: '',
      password: '',
      expires_at: new Date(Date.now() + 600_000).toISOString(),
      site: 'west',
      subscribe: filters,
    }
  }

  private campus(session: Session): Campus {
    const areas = [
      { id: 'outside', name: '校外', parent: null, capacity: null },
      { id: 'campus', name: '校园', parent: null, capacity: null },
      { id: 'library', name: '图书馆', parent: 'campus', capacity: 800 },
      { id: 'north', name: '北苑宿舍', parent: 'campus', capacity: null },
    ]
    const seesArea = (area: string) => session.areas === null || session.areas.includes(area)
    const gates = GATE_ROWS.map((gate) => ({
      ...gate,
      area: gate.to,
      readers: ['in', 'out'].map((direction) => ({ id: `${gate.id}-${direction}`, direction })),
    })).filter((gate) => seesArea(gate.area) || session.gates?.includes(gate.id))
    const joined = new Set<string>(gates.flatMap((gate) => [gate.from, gate.to]))
    const all = rooms().map(({ id, line }) => ({
      id,
      name: `北苑${id.slice(6)}`,
      area: 'north',
      line: `north-${'ab'.charAt(line)}`,
    }))
    return {
      site: 'west',
      name: '西校区',
      zone: 'Asia/Shanghai',
      topics: 'onecard/west',
      areas: areas.filter((area) => seesArea(area.id) || joined.has(area.id)),
      gates,
      rooms: all.filter((room) => seesArea(room.area)),
      lines: ['north-a', 'north-b']
        .map((id) => ({ id, area: 'north' }))
        .filter((line) => seesArea(line.area)),
    }
  }

  private async forward(
    asked: IncomingMessage,
    answer: ServerResponse,
    token?: string,
  ): Promise<void> {
    const headers = { ...asked.headers }
    if (this.isFaking) delete headers.cookie
    if (token) headers.authorization = `Bearer ${token}`
    // The reason of a search is a parameter that only a controller with sessions knows.
    const address = new URL(asked.url ?? '/', 'http://x')
    if (this.isFaking) address.searchParams.delete('why')
    const path = address.pathname + address.search
    const to = request(
      { port: this.controller.ports.http, path, method: asked.method, headers },
      (from) => {
        answer.writeHead(from.statusCode ?? 502, from.headers)
        from.pipe(answer)
      },
    )
    to.on('error', () => this.refuse(answer, 503, 'no_answer'))
    asked.pipe(to)
  }

  /** The built pages, under the policy that the controller puts on them. */
  private page(path: string, answer: ServerResponse): void {
    const file = join(this.dist, normalize(path))
    const isFile = file.startsWith(this.dist) && existsSync(file) && statSync(file).isFile()
    const served = isFile ? file : join(this.dist, 'index.html')
    answer.writeHead(200, {
      'Content-Type': TYPES[extname(served)] ?? 'application/octet-stream',
      'Content-Security-Policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
        `connect-src 'self' ${this.controller.websocket}; base-uri 'none'; form-action 'self'; ` +
        "frame-ancestors 'none'",
    })
    createReadStream(served).pipe(answer)
  }
}
