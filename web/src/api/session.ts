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

/** The document has the role as a text: these are the words. */
export type Session = Omit<Schemas['SessionView'], 'role'> & { role: Role }
export type MqttCredential = Schemas['TicketView']
/** What the operator's role reaches of the campus. */
export type Campus = Schemas['CampusView']
export type CampusGate = Schemas['GateName']
export type CampusRoom = Schemas['RoomName']
