/** Facts of the journal as the audit page searches and shows them. Pure. */

export interface FactRow {
  seq: number
  boot: number
  at: string
  fact: string
  [key: string]: unknown
}

/** Who did it, where somebody did. */
export function actorOf(row: FactRow): string | null {
  const measure = row.measure as { by?: string } | undefined
  const by = row.by ?? measure?.by
  return typeof by === 'string' ? by : null
}

/** What it is about: a gate, a room, an area, a person. */
export function subjectOf(row: FactRow): string {
  const measure = row.measure as { area?: string } | undefined
  const act = row.act as Record<string, unknown> | undefined
  const alarm = row.alarm as { subject?: { device?: string } } | undefined
  const subject = row.subject as { device?: string } | undefined
  const did = row.did as Record<string, unknown> | undefined
  const about = [
    row.gate,
    row.room,
    row.person,
    measure?.area,
    act?.gate,
    act?.person,
    act?.area,
    (act?.subject as { device?: string } | undefined)?.device,
    alarm?.subject?.device,
    subject?.device,
    did?.target,
    did?.name,
    did?.person,
    did?.operator,
    did?.claimed,
    row.area,
  ]
  return about
    .filter(
      (text, index): text is string => typeof text === 'string' && about.indexOf(text) === index,
    )
    .join(' · ')
}

/** The finer word within a fact: the reason of an entry, what happened in a room, what an operator did. */
export function detailOf(row: FactRow): string {
  const happening = row.happening as { what?: string } | undefined
  const act = row.act as { act?: string } | undefined
  const measure = row.measure as { kind?: string } | undefined
  const alarm = row.alarm as { reason?: string } | undefined
  const did = row.did as { deed?: string } | undefined
  const word =
    row.reason ??
    happening?.what ??
    act?.act ??
    did?.deed ??
    measure?.kind ??
    alarm?.reason ??
    row.mode
  return typeof word === 'string' ? word : ''
}

export interface FactFilter {
  kinds: ReadonlySet<string>
  by: string
  text: string
}

export function matches(row: FactRow, filter: FactFilter): boolean {
  if (filter.kinds.size > 0 && !filter.kinds.has(row.fact)) return false
  if (filter.by && !(actorOf(row) ?? '').toLowerCase().includes(filter.by.toLowerCase()))
    return false
  return !filter.text || JSON.stringify(row).toLowerCase().includes(filter.text.toLowerCase())
}
