/** Wall-clock times of the campus, whatever the zone of the browser. */

const PARTS: Intl.DateTimeFormatOptions = {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
}

/** The instant shown as if it were UTC: what the wall clock says, in milliseconds. */
function wallOf(instant: number, zone: string): number {
  const format = new Intl.DateTimeFormat('en-CA', { ...PARTS, timeZone: zone })
  const part = Object.fromEntries(
    format.formatToParts(instant).map(({ type, value }) => [type, value]),
  )
  return Date.UTC(
    Number(part.year),
    Number(part.month) - 1,
    Number(part.day),
    Number(part.hour),
    Number(part.minute),
    Number(part.second),
  )
}

/** `2026-11-23T07:45` on a clock at the campus, as an instant; null: no such text. */
export function instantOf(wall: string, zone: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(wall)) return null
  const asUtc = Date.parse(`${wall}Z`)
  if (Number.isNaN(asUtc)) return null
  // The offset at the guess may be that before a change of clocks; the second guess is right.
  let instant = asUtc - (wallOf(asUtc, zone) - asUtc)
  instant = asUtc - (wallOf(instant, zone) - instant)
  return instant
}

/** An instant as such a text, to the minute. */
export function wallTextOf(instant: number, zone: string): string {
  return new Date(wallOf(instant, zone)).toISOString().slice(0, 16)
}
