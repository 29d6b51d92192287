/**
 * The live picture of the campus, for all pages: one MQTT session, retained state and events, holes
 * found and filled. What is shown is never newer or older than `trust` says.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, shallowRef, triggerRef, watch } from 'vue'
import { good, http, Refusal, session as sessionInterface } from '@/api/client'
import type { components } from '@/api/openapi'
import type {
  Alarm,
  Entry,
  Fact,
  GateState,
  LineState,
  RoomEvent,
  RoomState,
  ValveEvent,
  ValveState,
} from '@/api/topics'
import { serverNow } from '@/lib/clock'
import { AlarmBoard, type AlarmItem } from '@/live/alarms'
import { later, throttled } from '@/live/bursts'
import { Chain } from '@/live/chain'
import { EntryLog } from '@/live/entries'
import { Feed, ROWS_MAX, type Page } from '@/live/feed'
import { trustOf } from '@/live/freshness'
import { Link, SessionEnded, type LinkState } from '@/live/link'
import { resume, type NewestPage } from '@/live/resume'
import { useSession } from './session'
import { chosen, parseTopic, type Interest, type Topic } from '@/live/topic'

export type GateView = components['schemas']['GateView']
export type AreaView = components['schemas']['AreaView']

const LOG_ROWS = 10_000
const PAGE_ROWS = 1_000
const RESUME_PAGES = 5
/** The broker delivers in order; so far back it is read anew all the same. */
const MARGIN = 200
const ROOM_EVENTS = 300
/** More often than this nobody can read. */
const FRAME_MS = 100
const ROOMS_MS = 300
const RETRY_MS = 2_000
const AREAS_MS = 2_000
const GATES_MS = 700

type Listener<T> = (value: T) => void

const decoder = new TextDecoder()

function jsonOf<T>(payload: Uint8Array): T | null {
  try {
    return JSON.parse(decoder.decode(payload)) as T
  } catch {
    return null
  }
}

export const useLive = defineStore('live', () => {
  const session = useSession()
  const linkState = ref<LinkState>('connecting')
  const controllerOnline = ref<boolean | null>(null)
  const missing = ref(false)
  const wasEverUp = ref(false)
  /** When the screen last showed what is; null: it does now. */
  const staleSince = ref<number | null>(null)
  const isEntriesLoaded = ref(false)

  const entries = shallowRef<readonly Entry[]>([])
  const roomEvents = shallowRef<readonly RoomEvent[]>([])
  const facts = shallowRef<readonly Fact[]>([])
  const alarms = shallowRef<AlarmItem[]>([])
  const gateStates = shallowReactive(new Map<string, GateState>())
  const availability = shallowReactive(new Map<string, boolean>())
  const rooms = shallowReactive(new Map<string, RoomState>())
  const lines = shallowReactive(new Map<string, LineState>())
  const taps = shallowReactive(new Map<string, ValveState>())
  const tapEvents = shallowRef<readonly ValveEvent[]>([])
  /** How the last session at a tap ended, as far as it was heard. */
  const tapEnds = shallowReactive(new Map<string, ValveEvent>())
  /** From when on nothing that happened at taps was missed. */
  const tapsSince = ref(0)
  const gateViews = shallowReactive(new Map<string, GateView>())
  const areas = shallowRef<AreaView[]>([])
  const placesFailed = ref(false)

  const trust = computed(() =>
    trustOf({
      link: linkState.value,
      controllerOnline: controllerOnline.value,
      missing: missing.value,
      wasEverUp: wasEverUp.value,
    }),
  )

  const log = new EntryLog(LOG_ROWS)
  const chain = new Chain()
  const board = new AlarmBoard()
  const entryListeners = new Set<Listener<Entry[]>>()
  const alarmListeners = new Set<Listener<AlarmItem[]>>()
  const interests = new Map<Interest, number>([['entry', 1]])
  let placesWanted = 0
  let sessionEnded: () => void = () => undefined

  // -- what arrives, in bursts ---------------------------------------------------------------------

  const newRows: Entry[] = []
  const newRooms = new Map<string, [Topic, Uint8Array]>()
  let rowsTimer: (() => void) | null = null
  let shownAt = 0
  let roomsTimer: (() => void) | null = null

  function showRows(): void {
    rowsTimer = null
    shownAt = performance.now()
    const fresh = log.add(newRows.splice(0))
    if (fresh.length === 0) return
    entries.value = log.all
    for (const listener of entryListeners) listener(fresh)
    if (fresh.some((row) => row.granted)) refreshAreas()
  }

  function takeRows(rows: Entry[]): void {
    newRows.push(...rows)
    // One alone is shown at once, many in bursts.
    const rest = FRAME_MS - (performance.now() - shownAt)
    rowsTimer ??= later(Math.max(0, rest), showRows)
  }

  function showRooms(): void {
    roomsTimer = null
    for (const [topic, payload] of newRooms.values()) {
      if (topic.kind === 'room') {
        const state = jsonOf<RoomState>(payload)
        if (state) rooms.set(topic.device, state)
      } else if (topic.kind === 'valve') {
        const state = jsonOf<ValveState>(payload)
        if (state) taps.set(topic.device, state)
      } else {
        const state = jsonOf<LineState>(payload)
        if (state) lines.set(topic.device, state)
      }
    }
    newRooms.clear()
  }

  // -- holes ---------------------------------------------------------------------------------------

  /** Rows that came while the log is read anew: they are held against it afterwards. */
  let unproven: [topic: string, row: Entry][] | null = []

  const feed = new Feed({
    after: async (after) => {
      const query = { after, limit: PAGE_ROWS }
      return (await good(http.GET('/api/entries', { params: { query } }))) as unknown as Page
    },
    rows: (rows, after, upTo) => {
      takeRows(rows)
      chain.fill(after, upTo)
    },
    missing: (isMissing) => (missing.value = isMissing),
    later,
  })

  function prove(topic: string, row: Entry): void {
    const verdict = chain.receive(topic, row)
    if (verdict.kind === 'replaced') {
      log.clear()
      chain.reset()
      void readAnew()
    } else if (verdict.kind === 'hole') {
      if (verdict.upTo - verdict.after > ROWS_MAX) void readAnew()
      else feed.want(verdict.after, verdict.upTo)
    }
  }

  let reading = 0

  /** The log from the newest back to what the screen has. */
  async function readAnew(): Promise<void> {
    const turn = ++reading
    unproven ??= []
    missing.value = wasEverUp.value
    const from = isEntriesLoaded.value && chain.top > 0 ? Math.max(0, chain.top - MARGIN) : null
    try {
      const newest = async (before: number | undefined) => {
        const query = { before, limit: from === null ? 200 : PAGE_ROWS }
        return (await good(
          http.GET('/api/entries', { params: { query } }),
        )) as unknown as NewestPage
      }
      const { rows, lastSeq, isJoined } = await resume(from, newest, RESUME_PAGES)
      if (turn !== reading) return
      if (!isJoined) log.clear()
      log.add(rows)
      entries.value = log.all
      chain.cover(lastSeq, rows[0]?.boot)
      isEntriesLoaded.value = true
      missing.value = false
      const held = unproven ?? []
      unproven = null
      for (const [topic, row] of held) prove(topic, row)
      takeRows(held.map(([, row]) => row))
    } catch (error) {
      if (turn !== reading || (error instanceof Refusal && error.isSignedOut)) return
      later(RETRY_MS, () => turn === reading && linkState.value === 'up' && void readAnew())
    }
  }

  /** What was cleared while nobody listened is told by nothing else. */
  function readAlarms(): void {
    good(http.GET('/api/alarms'))
      .then((listed) => {
        const fresh = board.listed(listed)
        alarms.value = board.all
        if (fresh.length > 0) for (const listener of alarmListeners) listener(fresh)
      })
      .catch(() => later(RETRY_MS, () => linkState.value === 'up' && readAlarms()))
  }

  /** The topic of an alarm tells how many remarks there are; here is what they say. */
  const readRemarks = throttled(AREAS_MS, async () => {
    board.listed(await good(http.GET('/api/alarms')))
    alarms.value = board.all
  })

  // -- gates and areas: told by events, read over HTTP -----------------------------------------------

  const refreshAreas = throttled(AREAS_MS, async () => {
    if (placesWanted === 0 || !session.may('see_areas')) return
    try {
      areas.value = await good(http.GET('/api/areas'))
      placesFailed.value = false
    } catch {
      placesFailed.value = true
    }
  })

  const refreshGates = throttled(GATES_MS, async () => {
    if (placesWanted === 0 || !session.may('see_areas')) return
    try {
      const views = await good(http.GET('/api/gates'))
      for (const view of views) gateViews.set(view.id, view)
      placesFailed.value = false
    } catch {
      placesFailed.value = true
    }
  })

  function refreshPlaces(): void {
    refreshAreas()
    refreshGates()
  }

  // -- messages ------------------------------------------------------------------------------------

  function onMessage(name: string, payload: Uint8Array): void {
    const topic = parseTopic(name)
    if (!topic) return
    switch (topic.channel) {
      case 'entry':
        return onEntry(name, payload)
      case 'alarm':
        return onAlarm(topic, payload)
      case 'availability':
        return onAvailability(topic, payload)
      case 'state':
        return onState(name, topic, payload)
      case 'event':
        return onEvent(topic, payload)
      default:
        return
    }
  }

  function onEntry(name: string, payload: Uint8Array): void {
    const row = jsonOf<Entry>(payload)
    if (!row) return
    if (unproven) unproven.push([name, row])
    else prove(name, row)
    takeRows([row])
  }

  function onAlarm(topic: Topic, payload: Uint8Array): void {
    const alarm = payload.length === 0 ? null : jsonOf<Alarm>(payload)
    if (payload.length > 0 && !alarm) return
    const { area, kind, device } = topic
    const fresh = board.told({ area, kind, device }, alarm)
    alarms.value = board.all
    if (board.lacksRemarks) readRemarks()
    if (fresh.length > 0) for (const listener of alarmListeners) listener(fresh)
  }

  function onAvailability(topic: Topic, payload: Uint8Array): void {
    const isOnline = decoder.decode(payload) === 'online'
    if (topic.kind === 'controller') {
      controllerOnline.value = isOnline
    } else {
      availability.set(`${topic.kind}/${topic.device}`, isOnline)
    }
  }

  function onState(name: string, topic: Topic, payload: Uint8Array): void {
    if (topic.kind === 'room' || topic.kind === 'bus' || topic.kind === 'valve') {
      newRooms.set(name, [topic, payload])
      roomsTimer ??= later(ROOMS_MS, showRooms)
      return
    }
    if (topic.kind !== 'gate') return
    const state = jsonOf<GateState>(payload)
    if (!state) return
    const before = gateStates.get(topic.device)
    gateStates.set(topic.device, state)
    const isModeNews = before?.mode !== state.mode || before?.command !== state.command
    if (isModeNews && state.mode !== undefined) refreshPlaces()
  }

  function onEvent(topic: Topic, payload: Uint8Array): void {
    if (topic.kind === 'room') {
      const event = jsonOf<RoomEvent>(payload)
      if (event) roomEvents.value = [event, ...roomEvents.value].slice(0, ROOM_EVENTS)
    } else if (topic.kind === 'valve') {
      const event = jsonOf<ValveEvent>(payload)
      if (!event) return
      if (event.what === 'closed' || event.what === 'released') tapEnds.set(event.tap, event)
      tapEvents.value = [event, ...tapEvents.value].slice(0, ROOM_EVENTS)
    } else if (topic.kind === 'controller') {
      const fact = jsonOf<Fact>(payload)
      if (!fact) return
      facts.value = [fact, ...facts.value].slice(0, ROOM_EVENTS)
      const moves = [
        'gate_mode_changed',
        'measure_begun',
        'measure_ended',
        'operator_acted',
        'booted',
      ]
      if (moves.includes(fact.fact)) refreshPlaces()
    }
  }

  /** What happened while nobody listened is told by nothing else: it begins anew. */
  function hearTapsAnew(): void {
    tapEvents.value = []
    tapEnds.clear()
    tapsSince.value = serverNow()
  }

  // -- the link ------------------------------------------------------------------------------------

  watch(
    trust,
    (now) => {
      if (now === 'live' || now === 'connecting') staleSince.value = null
      else staleSince.value ??= serverNow()
    },
    { flush: 'sync' },
  )

  const link = new Link({
    credential: async (clientId) => {
      try {
        return await sessionInterface.mqtt(clientId)
      } catch (error) {
        if (error instanceof Refusal && error.isSignedOut) throw new SessionEnded()
        throw error
      }
    },
    connect: async (credential, events) =>
      (await import('@/live/mqtt')).connect(credential, events),
    wanted: (filters) => chosen(filters, new Set(interests.keys())),
    message: onMessage,
    up: (_, mayHaveMissed) => {
      if (!mayHaveMissed) return
      if (session.may('see_entries')) void readAnew()
      if (session.may('see_alarms')) readAlarms()
      hearTapsAnew()
      refreshPlaces()
    },
    state: (state) => {
      linkState.value = state
      if (state === 'up') wasEverUp.value = true
      else controllerOnline.value = null
    },
    sessionEnded: () => sessionEnded(),
    now: serverNow,
    later,
    random: Math.random,
  })

  addEventListener('online', () => link.hurry())

  function start(onSessionEnded: () => void): void {
    sessionEnded = onSessionEnded
    link.start()
  }

  function stop(): void {
    link.stop()
    feed.stop()
    reading += 1
    rowsTimer?.()
    roomsTimer?.()
    rowsTimer = roomsTimer = null
    newRows.length = 0
    newRooms.clear()
    unproven = []
    log.clear()
    chain.reset()
    board.clear()
    for (const map of [gateStates, availability, rooms, lines, taps, gateViews]) map.clear()
    hearTapsAnew()
    entries.value = []
    roomEvents.value = []
    facts.value = []
    alarms.value = []
    areas.value = []
    isEntriesLoaded.value = false
    wasEverUp.value = false
    missing.value = false
    staleSince.value = null
    linkState.value = 'connecting'
    controllerOnline.value = null
  }

  /** A page wants rooms, one room, lines or taps; returns how to let go. */
  function want(interest: Interest): () => void {
    if (interest === 'taps' && !interests.has(interest)) hearTapsAnew()
    interests.set(interest, (interests.get(interest) ?? 0) + 1)
    void link.refilter()
    return () => {
      const left = (interests.get(interest) ?? 1) - 1
      if (left > 0) interests.set(interest, left)
      else interests.delete(interest)
      void link.refilter()
    }
  }

  /** A page wants gates and areas; returns how to let go. */
  function wantPlaces(): () => void {
    placesWanted += 1
    refreshPlaces()
    return () => void (placesWanted -= 1)
  }

  function onEntries(listener: Listener<Entry[]>): () => void {
    entryListeners.add(listener)
    return () => void entryListeners.delete(listener)
  }

  function onAlarms(listener: Listener<AlarmItem[]>): () => void {
    alarmListeners.add(listener)
    return () => void alarmListeners.delete(listener)
  }

  function dismiss(key: string): void {
    board.dismiss(key)
    alarms.value = board.all
    triggerRef(alarms)
  }

  return {
    trust,
    staleSince,
    linkState,
    isEntriesLoaded,
    entries,
    roomEvents,
    facts,
    alarms,
    gateStates,
    availability,
    rooms,
    lines,
    taps,
    tapEvents,
    tapEnds,
    tapsSince,
    gateViews,
    areas,
    placesFailed,
    start,
    stop,
    want,
    wantPlaces,
    onEntries,
    onAlarms,
    dismiss,
    refreshPlaces,
  }
})
