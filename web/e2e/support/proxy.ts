/**
 * Serves the pages of `dist/` before a controller that was built without them, under the policy that the
 * controller puts on its own. Never shipped.
 */
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import type { Controller } from './controller'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
}
const ASKED = ['/api', '/health', '/metrics', '/openapi.json']

export class Proxy {
  private readonly server = createServer((asked, answer) => {
    const path = new URL(asked.url ?? '/', 'http://x').pathname
    if (ASKED.some((prefix) => path.startsWith(prefix))) this.forward(asked, answer)
    else this.page(path, answer)
  })

  private constructor(
    private readonly controller: Controller,
    private readonly dist: string,
  ) {}

  static async start(controller: Controller, dist: string, port = 0): Promise<Proxy> {
    const proxy = new Proxy(controller, dist)
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

  private forward(asked: IncomingMessage, answer: ServerResponse): void {
    const { url: path, method, headers } = asked
    const to = request({ port: this.controller.ports.http, path, method, headers }, (from) => {
      answer.writeHead(from.statusCode ?? 502, from.headers)
      from.pipe(answer)
    })
    to.on('error', () => answer.writeHead(503).end())
    asked.pipe(to)
  }

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
