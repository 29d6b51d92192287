/** Who is signed in, and what of the campus they may see. */
import type { components } from './openapi'

type Schemas = components['schemas']

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

/** By hand: in the document a tap's session has the same name, and has taken this one's place. */
export interface Session {
  operator: string
  name: string
  role: Role
  /** Null: the whole site. */
  areas: string[] | null
  gates: string[] | null
  /** For `X-CSRF-Token` of every order. */
  csrf: string
  expires_at: string
}
export type MqttCredential = Schemas['TicketView']
/** What the operator's role reaches of the campus. */
export type Campus = Schemas['CampusView']
export type CampusGate = Schemas['GateName']
export type CampusRoom = Schemas['RoomName']
