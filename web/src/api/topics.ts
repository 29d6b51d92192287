/* Made from docs/asyncapi.yaml by `npm run api`. Do not edit. */

export type Count = number
/**
 * The `seq` of the fact before this one on the same topic; null or absent when there is none.
 */
export type PrevSeq = number | null
/**
 * RFC 3339 with the site's offset and milliseconds.
 */
export type Moment = string
/**
 * A code - letters, digits, `-`, `_` and `.`.
 */
export type Code = string
/**
 * Through the gate, from its `from` area to its `to` area, or back.
 */
export type Direction = 'in' | 'out'
/**
 * Stable codes; none is ever renamed.
 */
export type Reason =
  | 'grant'
  | 'grant_egress'
  | 'grant_command'
  | 'grant_free'
  | 'no_entry'
  | 'deny_unknown_card'
  | 'deny_lost'
  | 'deny_frozen'
  | 'deny_blacklisted'
  | 'deny_cancelled'
  | 'deny_expired'
  | 'deny_not_yet'
  | 'deny_no_right'
  | 'deny_schedule'
  | 'deny_not_resident'
  | 'deny_training'
  | 'deny_quarantine'
  | 'deny_leave'
  | 'deny_full'
  | 'deny_passback'
  | 'warn_passback'
  | 'deny_lockdown'
  | 'deny_blocked'
  | 'deny_stale'
  | 'deny_replay'
  | 'deny_policy_fault'
  | 'deny_code'
  | 'forced'
  | 'held'
  | 'tamper'
  | 'gate_fault'
  | 'gate_unconfirmed'
  | 'offline'
  | 'malformed_message'
  | 'unknown_cards'
  | 'messages_dropped'
  | 'relay_disobeys'
  | 'draws_while_open'
  | 'locally_locked'
  | 'opened_by_itself'
  | 'closed_by_itself'
  | 'relay_silent'
  | 'meter_silent'
  | 'meter_implausible'
  | 'meter_changed'
  | 'feeder_overloaded'
  | 'line_down'
  | 'ledger_damaged'
  | 'reading_parked'
  | 'not_billed'
  | 'grant_water'
  | 'water_ending'
  | 'water_billed'
  | 'deny_no_money'
  | 'deny_purse'
  | 'deny_tap_busy'
  | 'deny_tap_shut'
  | 'deny_tap_fault'
  | 'flow_while_closed'
  | 'open_without_flow'
  | 'burst'
  | 'valve_unconfirmed'
  | 'valve_fault'
  | 'water_unsettled'
  | 'rules_refused'
export type PersonKind = 'teacher' | 'student' | 'merchant' | 'family' | 'temporary' | 'visitor'
/**
 * A life or a safety function is at stake; something does not do its work; a nuisance.
 */
export type Severity = 'critical' | 'serious' | 'minor'
/**
 * RFC 3339 with offset, from 2020 to 2120.
 */
export type DeviceMoment = string
/**
 * How a gate stands.
 */
export type Mode = 'secure' | 'free' | 'blocked' | 'locked_down' | 'released'
/**
 * How a room stands that pays in advance.
 */
export type CreditLevel = 'well' | 'low' | 'nearly_empty' | 'arrears' | 'spent'
export type Sentence = string
/**
 * RFC 3339 in UTC, as the journal has it.
 */
export type Utc = string
export type UtcOrNever = Utc | null
/**
 * Who can want a room dark.
 */
export type Demander = 'emergency' | 'protection' | 'operator' | 'feeder' | 'credit' | 'schedule'
export type Fact =
  | {
      seq: Count
      boot: Count
      prev_seq?: PrevSeq
      fact: 'booted'
      at: Utc
      version: string
      people: Count
      cards: Count
      rules_version: string
    }
  | {
      seq: Count
      boot: Count
      prev_seq?: PrevSeq
      fact: 'stopped'
      at: Utc
    }
  | {
      seq: Count
      boot: Count
      prev_seq?: PrevSeq
      fact: 'gate_mode_changed'
      at: Utc
      area: Code
      gate: Code
      mode: Mode
      owner: Owner
    }
  | {
      seq: Count
      boot: Count
      prev_seq?: PrevSeq
      fact: 'measure_begun'
      at: Utc
      measure: Measure
    }
  | {
      seq: Count
      boot: Count
      prev_seq?: PrevSeq
      fact: 'measure_ended'
      at: Utc
      measure: Measure
      by: Code | null
      why: string | null
    }
  | {
      seq: Count
      boot: Count
      prev_seq?: PrevSeq
      fact: 'operator_acted'
      at: Utc
      by: Code
      why: string
      act: Act
    }
  | {
      seq: Count
      boot: Count
      prev_seq?: PrevSeq
      fact: 'rules_loaded'
      at: Utc
      version: string
      policies: Count
    }
  | {
      seq: Count
      boot: Count
      prev_seq?: PrevSeq
      fact: 'rules_refused'
      at: Utc
      /**
       * @minItems 1
       */
      mistakes: [string, ...string[]]
    }
  | {
      seq: Count
      boot: Count
      prev_seq?: PrevSeq
      fact: 'people_imported'
      at: Utc
      people: Count
      cards: Count
    }
/**
 * Who holds the layer of orders that won.
 */
export type Owner =
  | {
      layer: 'emergency'
      area: Code
      by: Code
      why: string
    }
  | {
      layer: 'lockdown'
      area: Code
      by: Code
      why: string
    }
  | {
      layer: 'operator'
      by: Code
      why: string
      until: UtcOrNever
    }
  | {
      layer: 'schedule'
      window: Code
    }
  | {
      layer: 'standing'
    }
/**
 * What an operator did.
 */
export type Act =
  | {
      act: 'override_set'
      gate: Code
      order: Override
    }
  | {
      act: 'override_cleared'
      gate: Code
    }
  | {
      act: 'passback_forgiven'
      person: Code
    }
  | {
      act: 'passback_forgiven_within'
      area: Code
      people: Count
    }
  | {
      act: 'alarm_acknowledged'
      subject: Subject
      reason: Reason
    }
  | {
      act: 'alarm_handled'
      subject: Subject
      reason: Reason
      step: AlarmStep
    }
  | {
      act: 'handover_written'
      note: string
      /**
       * @minItems 1
       */
      gates: [Code, ...Code[]]
    }
  | {
      act: 'handover_taken'
      note: string
      written_by: Code
    }
export type DeviceKind = 'reader' | 'gate' | 'room' | 'valve' | 'bus' | 'feeder' | 'controller'
export type AlarmStep =
  | {
      step: 'noted' | 'paged'
    }
  | {
      step: 'escalated'
      severity: Severity
    }
  | {
      step: 'assigned'
      to: Code | null
    }

export interface Payloads {
  entry?: Entry
  alarm?: Alarm
  gateState?: GateState
  roomState?: RoomState
  roomEvent?: RoomEvent
  busState?: LineState
  valveState?: ValveState
  valveEvent?: ValveEvent
  fact?: Fact
  evidence?: Evidence
  tripRule?: TripRule
  sample?: Sample
  relayRecord?: RelayRecord
  reason?: Reason
  mode?: Mode
  personKind?: PersonKind
  owner?: Owner
}
export interface Entry {
  seq: Count
  boot: Count
  prev_seq?: PrevSeq
  at: Moment
  presented_at?: Moment
  decision: Code
  area: Code
  gate: Code
  direction: Direction
  reader?: Code
  granted: boolean
  reason: Reason
  /**
   * A code - letters, digits, `-`, `_` and `.`.
   */
  rule: string
  /**
   * @minItems 1
   */
  rules: [Code, ...Code[]]
  /**
   * Of the rule set in force.
   */
  rules_version?: string
  /**
   * Remarks that did not decide.
   *
   * @minItems 1
   */
  flags?: [string, ...string[]]
  person?: Code
  name?: string
  kind?: PersonKind
  /**
   * With its middle hidden.
   */
  card?: string
  /**
   * Below the controller's HTTP address.
   */
  photo?: string
  /**
   * A code - letters, digits, `-`, `_` and `.`.
   */
  by?: string
  why?: string
  /**
   * A code - letters, digits, `-`, `_` and `.`.
   */
  replay_of?: string
  text_zh: string
  text_en: string
}
export interface Alarm {
  seq: Count
  boot: Count
  prev_seq?: PrevSeq
  state: 'raised' | 'acknowledged'
  reason: Reason
  severity: Severity
  since: Moment
  /**
   * What exactly
   */
  detail: string
  text_zh: string
  text_en: string
  /**
   * @minItems 1
   */
  standing: [
    {
      reason: Reason
      severity: Severity
      since: Moment
      acknowledged_by?: Code
      /**
       * A code - letters, digits, `-`, `_` and `.`.
       */
      escalated_by?: string
      /**
       * A code - letters, digits, `-`, `_` and `.`.
       */
      assigned_to?: string
      /**
       * RFC 3339 with the site's offset and milliseconds.
       */
      paged_at?: string
      /**
       * How many there are; GET /api/alarms has them.
       */
      remarks: number
    },
    ...{
      reason: Reason
      severity: Severity
      since: Moment
      acknowledged_by?: Code
      /**
       * A code - letters, digits, `-`, `_` and `.`.
       */
      escalated_by?: string
      /**
       * A code - letters, digits, `-`, `_` and `.`.
       */
      assigned_to?: string
      /**
       * RFC 3339 with the site's offset and milliseconds.
       */
      paged_at?: string
      /**
       * How many there are; GET /api/alarms has them.
       */
      remarks: number
    }[],
  ]
}
export interface GateState {
  state: 'closed' | 'locked' | 'open' | 'held' | 'forced' | 'fault'
  at?: DeviceMoment
  /**
   * The `id` (of an opening its `decision`) of the command obeyed last.
   */
  command?: string
  mode?: Mode
  tamper?: boolean
  /**
   * The device's own words about its fault.
   */
  detail?: string
  [k: string]: unknown
}
export interface RoomState {
  room: Code
  name: string
  area: Code
  line: Code
  at: Moment
  /**
   * Absent while it is not known; open is dark.
   */
  relay?: 'open' | 'closed'
  /**
   * What the reading below is worth.
   */
  reading: 'fresh' | 'stale' | 'missing'
  absence?: 'not_read_yet' | 'no_answer' | 'refused' | 'garbled' | 'implausible' | 'another_meter'
  power_w?: number
  voltage_v?: number
  current_a?: number
  read_at?: Moment
  /**
   * What its meter has counted
   */
  energy_wh?: number
  /**
   * RFC 3339 with the site's offset and milliseconds.
   */
  energy_at?: string
  /**
   * What it has left to pay with, its subsidies included; below zero it owes. Absent where rooms do not pay in advance.
   */
  balance_fen?: number
  credit?: CreditLevel
  /**
   * The number of the meter that answers
   */
  meter_serial?: string
  /**
   * A code - letters, digits, `-`, `_` and `.`.
   */
  feeder?: string
  limit_w: number
  night_limit_w?: number
  towards_trip: number
  off: Told[]
  alarms: (
    | 'disobeys'
    | 'draws_while_open'
    | 'locally_locked'
    | 'opened_by_itself'
    | 'closed_by_itself'
    | 'silent'
  )[]
  evidence?: Evidence
  commands: RelayRecord[]
}
/**
 * A demand that keeps the room dark, in both languages - why and since when, what happens next and when.
 */
export interface Told {
  why_zh: Sentence
  why_en: Sentence
  next_zh: Sentence
  next_en: Sentence
}
/**
 * What a trip rests on.
 */
export interface Evidence {
  at: Utc
  rule: TripRule
  characteristic: {
    [k: string]: unknown
  }
  /**
   * Where the curve stood
   */
  position: number
  /**
   * The load over its limit at the last sample.
   */
  ratio: number
  since: Utc
  /**
   * @maxItems 16
   */
  samples: Sample[]
  /**
   * The step
   */
  step: {
    [k: string]: unknown
  } | null
  then:
    | {
        then: 'reclose'
        at: Utc
        tries_left: Count
      }
    | {
        then: 'locked_out'
      }
}
export interface TripRule {
  rule: 'room_limit' | 'night_limit' | 'circuit_rating' | 'malicious_load'
  limit_w?: number
  rated_current_a?: number
  band?: {
    [k: string]: unknown
  }
  increment_w?: number
  power_factor?: number
}
export interface Sample {
  at: Utc
  voltage_v: number
  current_a: number
  active_power_w: number
  reactive_power_var: number | null
}
/**
 * The way of one command - issued, sent, answered, seen.
 */
export interface RelayRecord {
  command: {
    id: Count
    to: 'open' | 'closed'
    urgent: boolean
    why: {
      [k: string]: unknown
    } | null
    issued: Utc
    deadline: Utc
  }
  sent: UtcOrNever
  answered: UtcOrNever
  outcome:
    | null
    | [
        'seen' | 'expired' | 'unanswered' | 'refused' | 'disobeyed' | 'superseded' | 'interrupted',
        Utc,
      ]
}
export interface RoomEvent {
  seq: Count
  boot: Count
  prev_seq: PrevSeq
  at: Moment
  room: Code
  what:
    | 'tripped'
    | 'reclosed'
    | 'locked_out'
    | 'released'
    | 'warned'
    | 'warning_cleared'
    | 'demand_posted'
    | 'demand_released'
    | 'release_set'
    | 'command_ended'
    | 'doubted'
    | 'limits_set'
    | 'meter_found'
    | 'meter_changed'
    | 'meter_accepted'
    | 'billed'
    | 'credited'
    | 'credit_level'
    | 'cut_deferred'
    | 'reading_parked'
    | 'reading_decided'
  evidence?: Evidence
  tries_left?: Count
  by?: string | null
  words?: string | null
  rule?: TripRule
  remaining_s?: number | null
  off?: DemandOff
  record?: RelayRecord
  doubt?: {
    [k: string]: unknown
  }
  demander?: Demander
  /**
   * RFC 3339 in UTC, as the journal has it.
   */
  until?: string
  /**
   * The number of the meter that answers.
   */
  serial?: string
  /**
   * The number of the meter on record.
   */
  known?: string
  bill?: Bill
  parked?: Parked
  decision?: Decision
  /**
   * With `credited` - what the money was for.
   */
  purpose?:
    | 'top_up'
    | 'room_top_up'
    | 'purchase'
    | 'water'
    | 'fee'
    | 'usage'
    | 'refund'
    | 'grant'
    | 'subsidy_expired'
    | 'payout'
    | 'adjustment'
  /**
   * With `credited` - what came in.
   */
  amount_fen?: number
  level?: CreditLevel
  /**
   * With `credit_level` and `cut_deferred`.
   */
  balance_fen?: number
  limit_w?: number
  night_limit_w?: number | null
}
export interface DemandOff {
  why: {
    demander: Demander
    [k: string]: unknown
  }
  since: Utc
  until: UtcOrNever
}
/**
 * What was used between two readings, line by line.
 */
export interface Bill {
  meter: Code
  /**
   * Counts the devices that were here.
   */
  epoch: number
  from: Register
  to: Register
  quantity_wh: Count
  lines: {
    tariff: Code
    version: Count
    band: 'sharp' | 'peak' | 'flat' | 'valley'
    /**
     * Counted from 1; null - out of the free allowance.
     */
    tier: number | null
    /**
     * In Wh.
     */
    quantity: number
    /**
     * For a Wh.
     */
    price_micro_fen: number
    /**
     * What it adds; the rest below a fen is carried.
     */
    amount_fen: number
  }[]
  amount_fen: number
  /**
   * A person has said what was used.
   */
  decided: boolean
}
/**
 * What a meter showed, and when.
 */
export interface Register {
  at: Utc
  /**
   * In Wh.
   */
  register: number
}
/**
 * A register that is not believed, beside the last one that was.
 */
export interface Parked {
  why: 'dropped' | 'jumped' | 'settings_changed' | 'reversed'
  billed: Register | null
  first: Register
  latest: Register
}
/**
 * What a person has decided of such a register.
 */
export interface Decision {
  decision: 'go_on_from' | 'discard'
  /**
   * What was used until then
   */
  quantity?: number
  by: Code
  reason: string
}
export interface LineState {
  line: Code
  area: Code
  up: boolean
  rooms: Count
  /**
   * One round over all rooms
   */
  cycle_ms: number
  measured_cycle_ms?: Count
  /**
   * The computed longest time from an overload to its relay seen open; the delay of the limit itself is not in it.
   */
  worst_trip_ms: number
  busy_permille?: number
  dead_permille?: number
  units: {
    unit: number
    alive: boolean
    answers: Count
    silences: Count
    spoilt: Count
    exceptions: Count
    late: Count
    foreign: Count
    turnaround_p50_ms: number
    turnaround_p999_ms: number
  }[]
}
export interface ValveState {
  state: 'closed' | 'open' | 'fault'
  /**
   * All that has ever run.
   */
  register_ml: number
  at?: DeviceMoment
  /**
   * The `id` of the command to open or close obeyed last.
   */
  command?: string
  /**
   * The device's own words about its fault.
   */
  detail?: string
  [k: string]: unknown
}
export interface ValveEvent {
  seq: Count
  boot: Count
  prev_seq: PrevSeq
  at: Moment
  tap: Code
  what: 'opened' | 'closed' | 'released' | 'refused' | 'shut' | 'freed'
  /**
   * The number of the session; none is ever used twice at a tap.
   */
  session?: number
  person?: Code
  name?: string
  kind?: PersonKind
  /**
   * With its middle hidden.
   */
  card?: string
  reason?: Reason
  tariff?: Code
  reserved_fen?: number
  /**
   * The entry of the ledger that holds the money back.
   */
  reservation?: number
  register_ml?: Count
  /**
   * Why the water stopped.
   */
  why?:
    | 'second_swipe'
    | 'card_removed'
    | 'no_flow'
    | 'spent'
    | 'time_up'
    | 'fault'
    | 'closed_at_tap'
    | 'operator'
    | 'restart'
  /**
   * What the meter has counted.
   */
  ml?: number
  /**
   * What is charged for, in `unit`.
   */
  quantity?: number
  unit?: 'watt_hour' | 'millilitre' | 'second' | 'use'
  /**
   * At most what was reserved.
   */
  charged_fen?: number
  lines?: {
    tariff: Code
    version: Count
    band: 'sharp' | 'peak' | 'flat' | 'valley'
    /**
     * Counted from 1; null - out of the free allowance.
     */
    tier: number | null
    quantity: Count
    /**
     * For one of `unit`.
     */
    price_micro_fen: number
    /**
     * In fen; the rest below a fen is carried to the person's next charge.
     */
    amount_fen: number
  }[]
  by?: Code
  words?: string
}
export interface Measure {
  kind: 'lockdown' | 'release'
  area: Code
  by: Code
  why: string
  since: Utc
  until: UtcOrNever
}
export interface Override {
  mode: Mode
  by: Code
  why: string
  since: Utc
  until: UtcOrNever
}
export interface Subject {
  area: Code
  kind: DeviceKind
  device: Code
}
