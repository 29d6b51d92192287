/** How rooms and lines are shown. Pure. */
import type { Evidence, LineState, RoomEvent, RoomState, TripRule } from '@/api/topics'
import type { Mark } from '@/components/StateMark.vue'

export type Condition =
  'lit' | 'near' | 'tripped' | 'locked_out' | 'off' | 'dark' | 'stale' | 'unknown'

/** In the order in which somebody should look. */
export const CONDITIONS: readonly Condition[] = [
  'locked_out',
  'tripped',
  'dark',
  'near',
  'off',
  'stale',
  'unknown',
  'lit',
]

/** From here on towards a trip a room is about to go dark. */
const NEAR = 0.5

export function conditionOf(state: RoomState | undefined): Condition {
  if (!state) return 'unknown'
  if (state.evidence) return state.evidence.then.then === 'locked_out' ? 'locked_out' : 'tripped'
  if (state.off.length > 0) return 'off'
  // Nobody wants it so.
  if (state.relay === 'open') return 'dark'
  if (state.reading === 'missing') return 'unknown'
  if (state.reading === 'stale') return 'stale'
  return state.towards_trip >= NEAR ? 'near' : 'lit'
}

export const CONDITION_MARK: Record<Condition, Mark> = {
  lit: 'lit',
  near: 'near',
  tripped: 'trip',
  locked_out: 'lock',
  off: 'dark',
  dark: 'alarm',
  stale: 'stale',
  unknown: 'unknown',
}

export const CONDITION_TONE: Record<Condition, 'good' | 'warn' | 'bad' | 'mute'> = {
  lit: 'good',
  near: 'warn',
  tripped: 'bad',
  locked_out: 'bad',
  off: 'mute',
  dark: 'bad',
  stale: 'warn',
  unknown: 'warn',
}

/** The door's number, as it stands on the door: the digits at the end. */
export function doorOf(room: string): string {
  return /\d+[A-Za-z]?$/.exec(room)?.[0] ?? room
}

/** The floor, from a door number such as 301 or 1204; null where it does not tell. */
export function floorOf(room: string): number | null {
  const door = /(\d{3,4})[A-Za-z]?$/.exec(room)?.[1]
  return door ? Math.floor(Number(door) / 100) : null
}

export interface Floor<T> {
  floor: number | null
  rooms: T[]
}

/** Rooms by floor, the highest first as the building stands; by door within. */
export function byFloor<T extends { id: string }>(rooms: readonly T[]): Floor<T>[] {
  const floors = new Map<number | null, T[]>()
  for (const room of rooms) {
    const floor = floorOf(room.id)
    const list = floors.get(floor)
    if (list) list.push(room)
    else floors.set(floor, [room])
  }
  const door = new Intl.Collator('en', { numeric: true })
  return [...floors.entries()]
    .sort(([a], [b]) => (b ?? -Infinity) - (a ?? -Infinity))
    .map(([floor, list]) => ({ floor, rooms: list.sort((a, b) => door.compare(a.id, b.id)) }))
}

/** The load that the rule of a trip bears for ever, in watts. */
export function thresholdOf(rule: TripRule, voltage = 220): number | null {
  if (rule.limit_w !== undefined) return rule.limit_w
  if (rule.rated_current_a !== undefined) return rule.rated_current_a * voltage
  return null
}

/** From the decision of a trip until its relay was seen open, in milliseconds. */
export function tripMillis(state: RoomState): number | null {
  const at = state.evidence?.at
  if (!at) return null
  const decided = Date.parse(at)
  for (const { command, outcome } of state.commands) {
    if (command.to !== 'open' || !command.urgent || !outcome || outcome[0] !== 'seen') continue
    // The command that this trip gave, and not an earlier one.
    if (Math.abs(Date.parse(command.issued) - decided) < 1_000)
      return Date.parse(outcome[1]) - decided
  }
  return null
}

export interface Trip {
  seq: number
  evidence: Evidence
}

/** The trips among what happened in a room, the latest first, each once. */
export function tripsOf(events: readonly Pick<RoomEvent, 'seq' | 'what' | 'evidence'>[]): Trip[] {
  const trips = new Map<string, Trip>()
  for (const { seq, evidence } of events) {
    if (evidence && !trips.has(evidence.at)) trips.set(evidence.at, { seq, evidence })
  }
  return [...trips.values()].sort((a, b) => Date.parse(b.evidence.at) - Date.parse(a.evidence.at))
}

type UnitState = LineState['units'][number]

/** Of a hundred questions, so many may go wrong before a unit counts as sick. */
const SICK_SHARE = 0.02
const ASKED_LEAST = 50

export function troublesOf(unit: UnitState): number {
  return unit.silences + unit.spoilt + unit.exceptions + unit.late + unit.foreign
}

export function isSick(unit: UnitState): boolean {
  if (!unit.alive) return true
  const asked = unit.answers + unit.silences
  return asked >= ASKED_LEAST && troublesOf(unit) / asked > SICK_SHARE
}
