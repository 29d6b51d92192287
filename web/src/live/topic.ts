/** The names of MQTT topics: `{root}/{site}/{area}/{kind}/{device}/{channel}`. */

export type Kind = 'reader' | 'gate' | 'room' | 'valve' | 'bus' | 'feeder' | 'controller'

export interface Topic {
  site: string
  /** `_` stands for the whole site. */
  area: string
  kind: Kind
  device: string
  channel: string
}

const KINDS: ReadonlySet<string> = new Set([
  'reader',
  'gate',
  'room',
  'valve',
  'bus',
  'feeder',
  'controller',
])

function isKind(word: string): word is Kind {
  return KINDS.has(word)
}

export function parseTopic(text: string): Topic | null {
  const parts = text.split('/')
  const [, site, area, kind, device, channel] = parts
  if (parts.length !== 6 || !site || !area || !kind || !device || !channel) return null
  return isKind(kind) ? { site, area, kind, device, channel } : null
}

/** What of a session's topics a page wants; the rest is not subscribed, so that a guard's phone is not
 * sent the power of every room, nor a room's page that of its neighbours. */
export type Interest = 'entry' | 'rooms' | 'lines' | 'taps' | `room/${string}`

const OF_ENTRY: readonly string[] = ['gate', 'reader', 'controller']
/** Channels that speak often; alarms are rare and wanted everywhere. */
const FREQUENT: readonly string[] = ['state', 'event', 'availability']

/** Which devices of a kind are wanted: all (`+`), or some by name. */
function wantedOf(kind: string, interests: ReadonlySet<Interest>): string[] {
  if (OF_ENTRY.includes(kind)) return interests.has('entry') ? ['+'] : []
  if (kind === 'bus') return interests.has('lines') ? ['+'] : []
  if (kind === 'valve') return interests.has('taps') ? ['+'] : []
  if (kind !== 'room') return []
  if (interests.has('rooms')) return ['+']
  return [...interests].flatMap((one) => (one.startsWith('room/') ? [one.slice(5)] : []))
}

/** The filters, of those that a session may subscribe to, that bring what is wanted. */
export function chosen(filters: readonly string[], interests: ReadonlySet<Interest>): string[] {
  return filters.flatMap((filter) => {
    const [root, site, area, kind, device, channel, ...more] = filter.split('/')
    const isWhole = kind !== undefined && device !== undefined && channel !== undefined
    if (!isWhole || more.length > 0 || !FREQUENT.includes(channel)) return [filter]
    const kinds = kind === '+' ? [...OF_ENTRY, 'room', 'bus', 'valve'] : [kind]
    return kinds.flatMap((one) =>
      wantedOf(one, interests)
        .map((wanted) =>
          wanted === '+' ? device : device === '+' || device === wanted ? wanted : null,
        )
        .filter((wanted) => wanted !== null)
        .map((wanted) => [root, site, area, one, wanted, channel].join('/')),
    )
  })
}
