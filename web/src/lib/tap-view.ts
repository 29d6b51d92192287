/** How taps are shown: what was read over HTTP, and what MQTT has told since. Pure. */
import type { components } from '@/api/openapi'
import type { ValveEvent, ValveState } from '@/api/topics'
import type { Mark } from '@/components/StateMark.vue'

export type TapView = components['schemas']['TapView']
export type TapSession = NonNullable<TapView['session']>

export type TapCondition =
  'fault' | 'offline' | 'unknown' | 'shut' | 'opening' | 'running' | 'closing' | 'free'

/** In the order in which somebody should look. */
export const TAP_CONDITIONS: readonly TapCondition[] = [
  'fault',
  'offline',
  'unknown',
  'shut',
  'opening',
  'running',
  'closing',
  'free',
]

export const TAP_MARK: Record<TapCondition, Mark> = {
  fault: 'alarm',
  offline: 'off',
  unknown: 'unknown',
  shut: 'hand',
  opening: 'open',
  running: 'drop',
  closing: 'stale',
  free: 'pass',
}

export const TAP_TONE: Record<TapCondition, 'good' | 'warn' | 'bad' | 'info' | 'mute'> = {
  fault: 'bad',
  offline: 'bad',
  unknown: 'warn',
  shut: 'mute',
  opening: 'info',
  running: 'info',
  closing: 'warn',
  free: 'good',
}

/** What MQTT has told of a tap. */
export interface TapTold {
  state?: ValveState
  isOnline?: boolean
  /** How the last session ended. */
  end?: ValveEvent
}

/** Whoever uses it, with what has run by now; null: nobody. */
export function sessionOf(view: TapView, told: TapTold): TapSession | null {
  const session = view.session ?? null
  // It was read just before it ended.
  if (!session || told.end?.session === session.session) return null
  const ml = session.ml ?? null
  const register = view.register_ml ?? null
  if (ml === null || register === null || !told.state) return session
  // The register only ever rises: the higher of the two is the newer.
  return { ...session, ml: ml + Math.max(0, told.state.register_ml - register) }
}

/** All that has ever run there. */
export function registerOf(view: TapView, told: TapTold): number | null {
  if (!told.state) return view.register_ml ?? null
  return Math.max(view.register_ml ?? 0, told.state.register_ml)
}

export function tapConditionOf(view: TapView, told: TapTold): TapCondition {
  // Somebody has taken care of it, whatever else it is.
  if (view.shut) return 'shut'
  const valve = told.state?.state ?? view.valve ?? null
  if (valve === 'fault') return 'fault'
  const isOffline = told.isOnline === undefined ? view.availability === 'offline' : !told.isOnline
  if (isOffline) return 'offline'
  if (valve === null) return 'unknown'
  const session = sessionOf(view, told)
  if (!session) return valve === 'open' ? 'running' : 'free'
  if (view.state === 'reserving') return 'opening'
  if (view.state !== 'open') return 'closing'
  if (valve === 'open') return 'running'
  // It has not opened yet, or has closed and is not billed yet.
  return session.ml ? 'closing' : 'opening'
}

/** The events that came on top of those that were there, the latest first. */
export function newsOf(
  now: readonly ValveEvent[],
  before: readonly ValveEvent[] | undefined,
): readonly ValveEvent[] {
  const last = before?.[0]
  const at = last ? now.indexOf(last) : -1
  return at < 0 ? now : now.slice(0, at)
}

/** By area and by name as people count: 2 before 10. */
export function inOrder(views: readonly TapView[]): TapView[] {
  const words = new Intl.Collator('en', { numeric: true })
  return [...views].sort((a, b) => words.compare(a.area, b.area) || words.compare(a.tap, b.tap))
}
