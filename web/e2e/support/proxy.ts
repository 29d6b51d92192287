/**
 * Development only: serves the built pages before a controller that cannot serve them, and fakes the
 * session interface, and nothing else. Never shipped.
 */
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import type { Campus, MqttCredential, Role, Session } from '../../src/api/session'
import { rooms } from './campus'
import type { Controller } from './controller'

export const PASSWORD = 'correct horse battery'

/** An operator of each role. */
export const OPERATORS: Record<Role, Omit<Session, 'csrf' | 'expires_at'>> = {
  guard: {
    operator: 'wang.wei',
    name: '王伟门岗',
    role: 'guard',
    areas: ['campus'],
    gates: ['main-1', 'main-2'],
  },
  dormitory_manager: {
    operator: 'zhao.min',
    name: '赵敏',
    role: 'dormitory_manager',
    areas: ['north'],
    gates: ['north-1'],
  },
  utilities: { operator: 'li.na', name: '李娜', role: 'utilities', areas: [], gates: [] },
  security: { operator: 'chen.bo', name: '陈博', role: 'security', areas: [], gates: [] },
  finance: { operator: 'sun.li', name: '孙丽', role: 'finance', areas: [], gates: [] },
  auditor: { operator: 'zhou.jie', name: '周杰', role: 'auditor', areas: [], gates: [] },
  administrator: { operator: 'admin', name: '管理员', role: 'administrator', areas: [], gates: [] },
}

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
    for (const { operator } of Object.values(OPERATORS)) {
      proxy.tokens.set(operator, controller.token(operator))
    }
    await new Promise<void>((resolve) => proxy.server.listen(port, '127.0.0.1', resolve))
    return proxy
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
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
    const areas = session.areas.length > 0 ? [...session.areas, '_'] : ['+']
    const shown = ['entry', 'state', 'event', 'alarm', 'availability']
    return {
      url: this.controller.websocket,
      client_id: `web-${crypto.randomUUID().slice(0, 8)}`,
      username: '',
      password: '',
      expires_at: new Date(Date.now() + 600_000).toISOString(),
      site: 'west',
      subscribe: areas.flatMap((area) =>
        shown.map((channel) => `onecard/west/${area}/+/+/${channel}`),
      ),
    }
  }

  private campus(session: Session): Campus {
    const areas = [
      { id: 'outside', name: '校外', parent: null },
      { id: 'campus', name: '校园', parent: null },
      { id: 'library', name: '图书馆', parent: 'campus' },
      { id: 'north', name: '北苑宿舍', parent: 'campus' },
    ]
    const gates = [
      { id: 'main-1', name: '正门1号通道', area: 'campus', from: 'outside', to: 'campus' },
      { id: 'main-2', name: '正门2号通道', area: 'campus', from: 'outside', to: 'campus' },
      { id: 'library-1', name: '图书馆大门', area: 'library', from: 'campus', to: 'library' },
      { id: 'north-1', name: '北苑宿舍大门', area: 'north', from: 'campus', to: 'north' },
    ]
    const seesArea = (area: string) => session.areas.length === 0 || session.areas.includes(area)
    const seesGate = (gate: string) => session.gates.length === 0 || session.gates.includes(gate)
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
      areas: areas.filter((area) => seesArea(area.id)),
      gates: gates.filter((gate) => seesGate(gate.id)),
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
    delete headers.cookie
    if (token) headers.authorization = `Bearer ${token}`
    const to = request(
      { port: this.controller.ports.http, path: asked.url, method: asked.method, headers },
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
