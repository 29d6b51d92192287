/** A small campus in a temporary folder: three areas with gates, a dormitory of 36 metered rooms. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Role, Session } from '../../src/api/session'

export interface Ports {
  mqtt: number
  websocket: number
  http: number
  lines: number[]
}

export const GATE_ROWS = [
  { id: 'main-1', name: '正门1号通道', from: 'outside', to: 'campus', kind: 'turnstile' },
  { id: 'main-2', name: '正门2号通道', from: 'outside', to: 'campus', kind: 'turnstile' },
  { id: 'library-1', name: '图书馆大门', from: 'campus', to: 'library', kind: 'turnstile' },
  { id: 'north-1', name: '北苑宿舍大门', from: 'campus', to: 'north', kind: 'door' },
] as const

export const GATES = GATE_ROWS.map((gate) => gate.id)

export const PASSWORD = 'correct horse battery'

/** An operator of each role. */
export const OPERATORS: Record<Role, Omit<Session, 'csrf' | 'expires_at'>> = {
  guard: {
    operator: 'wang.wei',
    name: '王伟',
    role: 'guard',
    areas: [],
    gates: ['main-1', 'main-2'],
  },
  dormitory_manager: {
    operator: 'zhao.min',
    name: '赵敏',
    role: 'dormitory_manager',
    areas: ['north'],
    gates: [],
  },
  utilities: { operator: 'li.na', name: '李娜', role: 'utilities', areas: null, gates: null },
  security: { operator: 'chen.bo', name: '陈博', role: 'security', areas: null, gates: null },
  finance: { operator: 'sun.li', name: '孙丽', role: 'finance', areas: null, gates: null },
  auditor: { operator: 'zhou.jie', name: '周杰', role: 'auditor', areas: null, gates: null },
  administrator: {
    operator: 'admin',
    name: '管理员',
    role: 'administrator',
    areas: null,
    gates: null,
  },
}

/** Cards of the campus: what a story swipes. */
export const CARDS = {
  student: '04A1B2C3D4E580',
  lost: '04A1B2C3D4E581',
  teacher: '04A1B2C3D4E582',
  visitor: '04A1B2C3D4E583',
  resident: '04A1B2C3D4E584',
  unknown: '04FFFFFFFFFF01',
} as const

const PEOPLE = `person,name,kind,dormitory
20240311,王伟,student,
20240312,李娜,student,
T0001,张敏,teacher,
V0001,陈晨,visitor,
20240315,欧阳明月,student,north
`

const CARD_ROWS = `card,person,state
${CARDS.student},20240311,active
${CARDS.lost},20240312,lost
${CARDS.teacher},T0001,active
${CARDS.visitor},V0001,active
${CARDS.resident},20240315,active
`

const POLICIES = `
@id("members-enter-campus")
permit (principal, action == Action::"enter", resource)
when {
    resource.area == Area::"campus" &&
    [Role::"student", Role::"teacher"].contains(principal.role)
};

@id("library")
permit (principal, action == Action::"enter", resource in Area::"library")
when { [Role::"student", Role::"teacher"].contains(principal.role) };

@id("own-dormitory")
@otherwise("deny_not_resident")
permit (principal in Role::"student", action == Action::"enter", resource)
when { principal has dormitory && resource in principal.dormitory };

@id("leaving")
permit (principal, action == Action::"leave", resource);
`

const FLOORS = 6
const ROOMS_A_FLOOR = 6

/** The rooms: where each is wired, in order. */
export function rooms(): { id: string; line: number; unit: number }[] {
  const all = []
  for (let floor = 1; floor <= FLOORS; floor++) {
    for (let door = 1; door <= ROOMS_A_FLOOR; door++) {
      const line = floor <= FLOORS / 2 ? 0 : 1
      const unit = ((floor - 1) % (FLOORS / 2)) * ROOMS_A_FLOOR + door
      all.push({ id: `north-${floor}0${door}`, line, unit })
    }
  }
  return all
}

const CREDIT = `
[credit]
tariff = "dorm-power"
bill_every_s = 1
sign_s = 0
`

const POWER_TARIFF = `
[[tariffs]]
id = "dorm-power"
from = "2026-01-01"
unit = "kwh"

[[tariffs.prices]]
all = "0.5"
`

const WATER_TARIFF = `
[[tariffs]]
id = "shower"
from = "2026-01-01"
unit = "litre"

[[tariffs.prices]]
all = "0.03"
`

/** The showers: each with a reader of the same name. */
export const TAPS = ['shower-1', 'shower-2', 'shower-3'] as const

/** By hand, litres run within a second. */
const TAP_TABLE = `
[[taps]]
id = "shower-{1..3}"
name = "淋浴{n}"
area = "north"
tariff = "shower"
most_l_per_min = 1000
`

/** What a story wants to be otherwise. */
export interface Wishes {
  /** Orders that need two people. */
  twoPeople?: string[]
  /** Rooms pay for electricity in advance. */
  isPrepaid?: boolean
  /** Showers in the dormitory. */
  hasTaps?: boolean
}

function campusToml(ports: Ports, wishes: Wishes): string {
  const gateTables = GATE_ROWS.map(
    ({ id, name, from, to, kind }) => `
[[gates]]
id = "${id}"
name = "${name}"
from = "${from}"
to = "${to}"
kind = "${kind}"
confirm_ms = 1000
passage_s = 1

[[readers]]
id = "${id}-in"
gate = "${id}"
direction = "in"

[[readers]]
id = "${id}-out"
gate = "${id}"
direction = "out"
`,
  )
  const lineTables = ports.lines.map(
    (port, index) => `
[[lines]]
id = "north-${'ab'.charAt(index)}"
area = "north"
connect = "tcp://127.0.0.1:${port}"
`,
  )
  const roomTables = rooms().map(
    ({ id, line, unit }) => `
[[rooms]]
id = "${id}"
name = "北苑${id.slice(6)}"
area = "north"
line = "north-${'ab'.charAt(line)}"
meter = "DDS238-2 ZN/SR"
unit = ${unit}
`,
  )
  return `[site]
id = "west"
name = "西校区"
zone = "Asia/Shanghai"

[broker]
listen = "127.0.0.1:${ports.mqtt}"
websocket = "127.0.0.1:${ports.websocket}"
anonymous = true

[http]
listen = "127.0.0.1:${ports.http}"
two_people = ${JSON.stringify(wishes.twoPeople ?? [])}

[limits]
debounce_ms = 0

[[areas]]
id = "outside"
name = "校外"

[[areas]]
id = "campus"
name = "校园"

[[areas]]
id = "library"
name = "图书馆"
parent = "campus"
capacity = 800

[[areas]]
id = "north"
name = "北苑宿舍"
parent = "campus"
${gateTables.join('')}
${wishes.isPrepaid ? CREDIT : ''}
[power]
limit_w = 1200
${wishes.isPrepaid ? 'energy_every_s = 5\n' : ''}overload_s = 1
reclose_after_s = 90
tries_per_day = 1
malicious = "off"
${lineTables.join('')}${roomTables.join('')}${wishes.hasTaps ? TAP_TABLE : ''}`
}

/** Writes the campus below `folder` and puts its people into the database. */
export function writeCampus(
  binary: string,
  folder: string,
  ports: Ports,
  wishes: Wishes = {},
): void {
  const campus = join(folder, 'campus')
  mkdirSync(join(campus, 'policies'), { recursive: true })
  writeFileSync(join(campus, 'campus.toml'), campusToml(ports, wishes))
  writeFileSync(join(campus, 'calendar.toml'), '')
  const tariffs = [wishes.isPrepaid ? POWER_TARIFF : '', wishes.hasTaps ? WATER_TARIFF : ''].join(
    '',
  )
  if (tariffs) writeFileSync(join(campus, 'tariffs.toml'), tariffs)
  writeFileSync(join(campus, 'policies', 'entry.cedar'), POLICIES)
  writeFileSync(join(folder, 'people.csv'), PEOPLE)
  writeFileSync(join(folder, 'cards.csv'), CARD_ROWS)
  const data = join(folder, 'data')
  for (const what of ['people', 'cards']) {
    const file = join(folder, `${what}.csv`)
    const flags = ['--data', data, '--campus', campus, '--apply']
    execFileSync(binary, ['import', what, ...flags, file], { stdio: 'pipe' })
  }
}
