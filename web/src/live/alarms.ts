/**
 * The alarms of a screen. One stays until it was acknowledged, even when what it warned of is over:
 * an alarm that nobody saw has not been heard.
 */
import type { components } from '@/api/openapi'
import type { Alarm, Reason } from '@/api/topics'
import type { Kind } from './topic'

export type Severity = Alarm['severity']
export type Remark = components['schemas']['RemarkView']

export interface AlarmItem {
  key: string
  area: string
  kind: Kind
  device: string
  reason: Reason
  since: string
  detail: string
  text_zh: string
  text_en: string
  acknowledgedBy: string | null
  acknowledgedAt: string | null
  severity: Severity
  /** Who handed it up to the security office. */
  escalatedBy: string | null
  /** Who sees to it. */
  assignedTo: string | null
  /** When it was to sound again. */
  pagedAt: string | null
  /** How many there are; the topic tells no more of them. */
  remarkCount: number
  remarks: Remark[]
  /** It ended by itself before anybody took note. */
  isOver: boolean
}

/** What `GET /api/alarms` gives. */
export type AlarmRow = components['schemas']['AlarmView']

export interface Subject {
  area: string
  kind: Kind
  device: string
}

const RANK: Record<Severity, number> = { critical: 0, serious: 1, minor: 2 }

/** Not acknowledged first, then the most severe, then the latest. */
export function byUrgency(a: AlarmItem, b: AlarmItem): number {
  const noted = Number(a.acknowledgedBy !== null) - Number(b.acknowledgedBy !== null)
  if (noted !== 0) return noted
  const rank = RANK[a.severity] - RANK[b.severity]
  return rank !== 0 ? rank : Date.parse(b.since) - Date.parse(a.since)
}

/** Whether it is to be heard, after what was known before: it is new, handed up, or was to sound again. */
function isNews(item: AlarmItem, before: AlarmItem | undefined): boolean {
  if (item.pagedAt !== null && before !== undefined && item.pagedAt !== before.pagedAt) return true
  if (item.acknowledgedBy !== null) return false
  const isSame = before !== undefined && !before.isOver && before.since === item.since
  return !isSame || before.acknowledgedBy !== null
}

function subjectKey(subject: Subject): string {
  return `${subject.area}/${subject.kind}/${subject.device}`
}

export class AlarmBoard {
  private readonly items = new Map<string, AlarmItem>()

  get all(): AlarmItem[] {
    return [...this.items.values()].sort(byUrgency)
  }

  /** Whether there are remarks that only the controller's list has. */
  get lacksRemarks(): boolean {
    return [...this.items.values()].some((item) => item.remarkCount !== item.remarks.length)
  }

  /** What the topic of one subject says; null: nothing is wrong there any more. Returns what is new. */
  told(subject: Subject, alarm: Alarm | null): AlarmItem[] {
    const standing = alarm?.standing ?? []
    this.retire(subject, new Set<string>(standing.map((short) => short.reason)))
    const fresh: AlarmItem[] = []
    for (const short of standing) {
      const key = `${subjectKey(subject)}/${short.reason}`
      const before = this.items.get(key)
      const inFull = alarm && alarm.reason === short.reason ? alarm : null
      const item: AlarmItem = {
        ...subject,
        key,
        reason: short.reason,
        since: short.since,
        detail: inFull?.detail ?? before?.detail ?? '',
        text_zh: inFull?.text_zh ?? before?.text_zh ?? '',
        text_en: inFull?.text_en ?? before?.text_en ?? '',
        acknowledgedBy: short.acknowledged_by ?? null,
        acknowledgedAt: before?.acknowledgedAt ?? null,
        severity: short.severity,
        escalatedBy: short.escalated_by ?? null,
        assignedTo: short.assigned_to ?? null,
        pagedAt: short.paged_at ?? null,
        remarkCount: short.remarks,
        remarks: before?.since === short.since ? before.remarks : [],
        isOver: false,
      }
      this.items.set(key, item)
      if (isNews(item, before)) fresh.push(item)
    }
    return fresh
  }

  /** All that stand, as the controller lists them; what it does not list is over. */
  listed(rows: readonly AlarmRow[]): AlarmItem[] {
    const standing = new Set<string>()
    const fresh: AlarmItem[] = []
    for (const row of rows) {
      const subject = { area: row.area, kind: row.kind as Kind, device: row.device }
      const key = `${subjectKey(subject)}/${row.reason}`
      const before = this.items.get(key)
      standing.add(key)
      const item: AlarmItem = {
        ...subject,
        key,
        reason: row.reason as Reason,
        since: row.since,
        detail: row.detail,
        text_zh: row.text_zh,
        text_en: row.text_en,
        acknowledgedBy: row.acknowledged_by ?? null,
        acknowledgedAt: row.acknowledged_at ?? null,
        severity: row.severity as Severity,
        escalatedBy: row.escalated_by ?? null,
        assignedTo: row.assigned_to ?? null,
        pagedAt: row.paged_at ?? null,
        remarkCount: row.remarks.length,
        remarks: row.remarks,
        isOver: false,
      }
      this.items.set(key, item)
      if (isNews(item, before)) fresh.push(item)
    }
    for (const [key, item] of this.items) if (!standing.has(key)) this.end(key, item)
    return fresh
  }

  /** Somebody at this screen saw that it is over. */
  dismiss(key: string): void {
    if (this.items.get(key)?.isOver) this.items.delete(key)
  }

  clear(): void {
    this.items.clear()
  }

  private retire(subject: Subject, standing: ReadonlySet<string>): void {
    const prefix = `${subjectKey(subject)}/`
    for (const [key, item] of this.items) {
      if (key.startsWith(prefix) && !standing.has(item.reason)) this.end(key, item)
    }
  }

  private end(key: string, item: AlarmItem): void {
    if (item.acknowledgedBy !== null) this.items.delete(key)
    else if (!item.isOver) this.items.set(key, { ...item, isOver: true })
  }
}
