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
  /** Areas and gates that the role is held for; empty: all of them. */
  areas: string[]
  gates: string[]
  csrf: string
  expires_at: string
}

export type MqttCredential = Credential

export interface CampusArea {
  id: string
  name: string
  parent?: string | null
}

export interface CampusGate {
  id: string
  name: string
  area: string
  from?: string
  to?: string
  kind?: string
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
  areas: CampusArea[]
  gates: CampusGate[]
  rooms: CampusRoom[]
  lines: CampusLine[]
}
