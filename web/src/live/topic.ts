/** The names of MQTT topics: `{root}/{site}/{area}/{kind}/{device}/{channel}`. */

export type Kind = 'reader' | 'gate' | 'room' | 'valve' | 'bus' | 'controller'

export interface Topic {
  site: string
  /** `_` stands for the whole site. */
  area: string
  kind: Kind
  device: string
  channel: string
}

const KINDS: ReadonlySet<string> = new Set(['reader', 'gate', 'room', 'valve', 'bus', 'controller'])

function isKind(word: string): word is Kind {
  return KINDS.has(word)
}

export function parseTopic(text: string): Topic | null {
  const parts = text.split('/')
  const [, site, area, kind, device, channel] = parts
  if (parts.length !== 6 || !site || !area || !kind || !device || !channel) return null
  return isKind(kind) ? { site, area, kind, device, channel } : null
}

/** What of a session's topics a page wants; the rest is not subscribed, so that a guard's phone is
 * not sent the power of every room. */
export type Interest = 'entry' | 'rooms'

const OF_ROOMS: readonly string[] = ['room', 'bus']
const OF_ENTRY: readonly string[] = ['gate', 'reader', 'controller']
/** Channels that speak often; alarms are rare and wanted everywhere. */
const FREQUENT: readonly string[] = ['state', 'event', 'availability']

/** The filters, of those that a session may subscribe to, that bring what is wanted. */
export function chosen(filters: readonly string[], interests: ReadonlySet<Interest>): string[] {
  return filters.flatMap((filter) => {
    const parts = filter.split('/')
    const [, , , kind, , channel] = parts
    if (kind === undefined || channel === undefined || !FREQUENT.includes(channel)) return [filter]
    const kinds = [
      ...(interests.has('entry') ? OF_ENTRY : []),
      ...(interests.has('rooms') ? OF_ROOMS : []),
    ]
    if (kind !== '+') return kinds.includes(kind) ? [filter] : []
    return kinds.map((narrow) => [...parts.slice(0, 3), narrow, ...parts.slice(4)].join('/'))
  })
}
