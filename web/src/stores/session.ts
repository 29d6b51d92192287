/** Who is signed in, and what they may see and order here. The controller has the last word. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { onSignedOut, Refusal, session as interfaceOf, useCsrf } from '@/api/client'
import type { Campus, Role, Session } from '@/api/session'
import { isWithin } from '@/lib/area-view'

export type Section = 'guard' | 'power' | 'quarantine' | 'security' | 'people' | 'money' | 'admin'
export type Act =
  | 'gates'
  | 'areas'
  | 'end_emergency'
  | 'acknowledge'
  | 'hand_over'
  | 'search'
  | 'manage'
  | 'forgive'
  | 'power'
  | 'limits'
  | 'pay'
  | 'decide_reading'
  | 'see_entries'
  | 'see_alarms'
  | 'see_areas'
  | 'see_facts'

/** The first is where the role begins. */
const SECTIONS: Record<Role, Section[]> = {
  guard: ['guard'],
  dormitory_manager: ['power', 'guard', 'people'],
  utilities: ['power', 'quarantine'],
  security: ['security', 'people', 'guard', 'power'],
  finance: ['money', 'quarantine'],
  auditor: ['security', 'people', 'power', 'quarantine', 'money', 'admin'],
  administrator: ['security', 'people', 'guard', 'power', 'quarantine', 'money', 'admin'],
}

const SEES: Act[] = ['see_entries', 'see_alarms', 'see_areas']
const ORDERS: Act[] = ['gates', 'areas', 'acknowledge', 'hand_over', 'forgive']

/** As the controller decides; here only so that nothing is offered that it would refuse. */
const ACTS: Record<Role, Act[]> = {
  guard: [...SEES, ...ORDERS],
  dormitory_manager: [...SEES, ...ORDERS, 'search', 'power'],
  utilities: ['see_alarms', 'acknowledge', 'power', 'limits', 'decide_reading'],
  security: [...SEES, 'see_facts', 'search', ...ORDERS, 'end_emergency'],
  finance: ['pay'],
  auditor: [...SEES, 'see_facts', 'search'],
  administrator: [
    ...SEES,
    ...ORDERS,
    'see_facts',
    'search',
    'end_emergency',
    'power',
    'limits',
    'pay',
    'decide_reading',
    'manage',
  ],
}

export const useSession = defineStore('session', () => {
  const session = shallowRef<Session | null>(null)
  const campus = shallowRef<Campus | null>(null)
  /** The session ended while the screen was open. */
  const wasEnded = shallowRef(false)

  const sections = computed<Section[]>(() => (session.value ? SECTIONS[session.value.role] : []))
  const zone = computed(() => campus.value?.zone ?? 'Asia/Shanghai')
  const gateNames = computed(() => new Map(campus.value?.gates.map((gate) => [gate.id, gate.name])))
  const areaNames = computed(() => new Map(campus.value?.areas.map((area) => [area.id, area.name])))
  const roomNames = computed(() => new Map(campus.value?.rooms.map((room) => [room.id, room.name])))

  onSignedOut(() => {
    if (!session.value) return
    wasEnded.value = true
    forget()
  })

  function forget(): void {
    session.value = null
    campus.value = null
    useCsrf('')
  }

  async function take(opened: Session): Promise<void> {
    useCsrf(opened.csrf)
    campus.value = await interfaceOf.campus()
    session.value = opened
    wasEnded.value = false
  }

  /** Takes up the session that the browser still has; false: there is none. */
  async function resume(): Promise<boolean> {
    try {
      await take(await interfaceOf.read())
      return true
    } catch (error) {
      if (error instanceof Refusal && error.isSignedOut) return false
      throw error
    }
  }

  async function signIn(operator: string, password: string): Promise<void> {
    await take(await interfaceOf.open(operator, password))
  }

  async function signOut(): Promise<void> {
    try {
      await interfaceOf.close()
    } finally {
      forget()
    }
  }

  function may(act: Act): boolean {
    return session.value !== null && ACTS[session.value.role].includes(act)
  }

  /** Areas that the operator is on duty for, with everything inside them. */
  const ownAreas = computed(() => {
    const areas = campus.value?.areas ?? []
    const own = session.value?.areas ?? null
    return own === null ? areas : areas.filter((area) => isWithin(area.id, own, areas))
  })

  return {
    ownAreas,
    session,
    campus,
    wasEnded,
    sections,
    zone,
    gateNames,
    areaNames,
    roomNames,
    resume,
    signIn,
    signOut,
    may,
  }
})
