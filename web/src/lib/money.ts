/** Amounts as people type them. Money is a whole number of fen; no float takes part in it. */

/** `12.34` yuan in fen; null: it is no such amount. */
export function fenOf(typed: string): number | null {
  const found = /^(\d{1,9})(?:[.。](\d{1,2}))?$/.exec(typed.trim().replace(/^[¥￥]/, ''))
  if (!found) return null
  const [, yuan = '0', fen = ''] = found
  const whole = Number(yuan) * 100 + Number(fen.padEnd(2, '0'))
  return whole > 0 ? whole : null
}

/** A key by which an order is known when it is sent again. */
export function requestKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
