/** The HTTP interface: typed by its own document, refusals as values that say the mend. */
import createClient from 'openapi-fetch'
import { noteServerTime } from '@/lib/clock'
import type { paths } from './openapi'
import type { Session } from './session'

/** A refusal, as RFC 9457 has it, or that nobody answered. */
export class Refusal extends Error {
  constructor(
    /** 0: no answer. */
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly field?: string,
  ) {
    super(detail)
  }

  get isSignedOut(): boolean {
    return this.status === 401
  }

  get isForbidden(): boolean {
    return this.status === 403
  }
}

let csrf = ''
let signedOut: () => void = () => undefined

/** What every request that changes something carries. */
export function useCsrf(token: string): void {
  csrf = token
}

/** Told when the session has ended. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener
}

const PATIENCE_MS = 15_000

async function send(request: Request): Promise<Response> {
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS)
  const headers = new Headers(request.headers)
  if (request.method !== 'GET' && csrf) headers.set('X-CSRF-Token', csrf)
  let response: Response
  try {
    response = await fetch(
      new Request(request, { headers, signal: patience.signal, credentials: 'same-origin' }),
    )
  } catch {
    throw new Refusal(0, 'no_answer', '')
  } finally {
    clearTimeout(timer)
  }
  noteServerTime(response.headers.get('Date'))
  if (response.status === 401 && !request.url.endsWith('/api/session')) signedOut()
  return response
}

export const http = createClient<paths>({ fetch: send })

/** Sends what another operator has sent, to the letter. */
export async function sendAgain(method: string, path: string, body: string): Promise<void> {
  const headers = { 'Content-Type': 'application/json' }
  const request = new Request(new URL(path, location.origin), {
    method,
    headers,
    body: body === '' ? undefined : body,
  })
  const response = await send(request)
  if (!response.ok) throw refusalOf(response.status, await response.json().catch(() => null))
}

function refusalOf(status: number, body: unknown): Refusal {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const text = (key: string) => (typeof problem[key] === 'string' ? (problem[key] as string) : '')
  return new Refusal(
    status,
    text('code') || `http_${status}`,
    text('detail'),
    text('field') || undefined,
  )
}

/** The answer, or a `Refusal` thrown. */
export async function good<T>(
  asked: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await asked
  if (!response.ok) throw refusalOf(response.status, error)
  return data as T
}

export const session = {
  read: async () => (await good(http.GET('/api/session'))) as Session,
  open: async (operator: string, password: string) =>
    (await good(http.POST('/api/session', { body: { operator, password } }))) as Session,
  close: () => good(http.DELETE('/api/session')),
  mqtt: (clientId: string | null) =>
    good(http.POST('/api/session/mqtt', { body: { client_id: clientId } })),
  campus: () => good(http.GET('/api/campus')),
}
