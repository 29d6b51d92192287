/** Who is signed in, and what of the campus they may see. */
import type { Credential } from '@/live/link'

export const ROLES = [
  'guard',
  'dormitory_manager',
  'utilities',
  'security',
  'finance',
  'auditor',
  'administrator',
] as const

export type Role = (typeof ROLES)[number]

export interface Session {
  operator: string
  name: string
  role: Role
  /** The areas on duty for, with everything inside them; null: the whole site. */
  areas: string[] | null
  /** The single gates on duty for; null: the whole site. */
  gates: string[] | null
  csrf: string
  expires_at: string
}

export type MqttCredential = Credential

export interface CampusArea {
  id: string
  name: string
  parent: string | null
  capacity: number | null
}

export interface CampusGate {
  id: string
  name: string
  area: string
  from: string
  to: string
  kind: string
  readers: { id: string; direction: string }[]
}

export interface CampusRoom {
  id: string
  name: string
  area: string
  line: string
}

export interface CampusLine {
  id: string
  area: string
}

/** What the operator's role reaches of the campus. */
export interface Campus {
  site: string
  name: string
  zone: string
  /** What every topic begins with, without the slash after it. */
  topics: string
  areas: CampusArea[]
  gates: CampusGate[]
  rooms: CampusRoom[]
  lines: CampusLine[]
}
