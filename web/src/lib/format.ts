/** Times in the zone of the campus, whatever the browser's; money, power and shares as people read them. */

export type Locale = 'zh-CN' | 'en'

type Moment = string | number

function parsed(moment: Moment): number {
  return typeof moment === 'number' ? moment : Date.parse(moment)
}

const formats = new Map<string, Intl.DateTimeFormat>()

function dateFormat(locale: Locale, zone: string, options: Intl.DateTimeFormatOptions) {
  const key = `${locale} ${zone} ${JSON.stringify(options)}`
  let format = formats.get(key)
  if (!format) {
    // English here is read in China, too: a 24 hours' clock, the day before the month.
    const tag = locale === 'en' ? 'en-GB' : locale
    format = new Intl.DateTimeFormat(tag, { timeZone: zone, hourCycle: 'h23', ...options })
    formats.set(key, format)
  }
  return format
}

const TIME: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit' }
const DAY: Intl.DateTimeFormatOptions = { month: '2-digit', day: '2-digit' }

/** `07:45:12` */
export function timeOf(moment: Moment, locale: Locale, zone: string): string {
  const at = parsed(moment)
  return Number.isNaN(at) ? '–' : dateFormat(locale, zone, TIME).format(at)
}

/** The day too, unless it is today. */
export function momentOf(moment: Moment, locale: Locale, zone: string, now: number): string {
  const at = parsed(moment)
  if (Number.isNaN(at)) return '–'
  const day = dateFormat('en', zone, { dateStyle: 'short' })
  const isToday = day.format(at) === day.format(now)
  return dateFormat(locale, zone, isToday ? TIME : { ...DAY, ...TIME }).format(at)
}

/** With its year, for what is printed and kept. */
export function fullMomentOf(moment: Moment, locale: Locale, zone: string): string {
  const at = parsed(moment)
  if (Number.isNaN(at)) return '–'
  return dateFormat(locale, zone, { year: 'numeric', ...DAY, ...TIME }).format(at)
}

/** `3 s`, `5 min`, `2 h`, `4 d`. */
export function spanOf(ms: number, locale: Locale): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const [count, unit]: [number, Intl.NumberFormatOptions['unit']] =
    seconds < 60
      ? [seconds, 'second']
      : seconds < 3600
        ? [Math.floor(seconds / 60), 'minute']
        : seconds < 86_400
          ? [Math.floor(seconds / 3600), 'hour']
          : [Math.floor(seconds / 86_400), 'day']
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(count)
}

export function numberOf(value: number, locale: Locale, digits = 0): string {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  return new Intl.NumberFormat(locale, options).format(value)
}

/** Watts; kilowatts from ten of them on. */
export function wattsOf(watts: number, locale: Locale): string {
  return Math.abs(watts) >= 10_000
    ? `${numberOf(watts / 1000, locale, 1)} kW`
    : `${numberOf(watts, locale)} W`
}

/** Money is a whole number of fen. No float takes part in it. */
export function yuanOf(fen: number, locale: Locale): string {
  if (!Number.isSafeInteger(fen)) throw new RangeError(`${fen} is no whole number of fen`)
  const size = Math.abs(fen)
  const yuan = numberOf(Math.floor(size / 100), locale)
  return `${fen < 0 ? '−' : ''}¥${yuan}.${String(size % 100).padStart(2, '0')}`
}

/** Millilitres; litres from one of them on. */
export function litresOf(ml: number, locale: Locale): string {
  return ml >= 1000 ? `${numberOf(ml / 1000, locale, 2)} L` : `${numberOf(ml, locale)} mL`
}

/** Thousandths as a percentage. */
export function permilleOf(permille: number, locale: Locale): string {
  const options = { style: 'percent', maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(locale, options).format(permille / 1000)
}

/** Milliseconds; seconds from two of them on. */
export function millisOf(ms: number, locale: Locale): string {
  return ms >= 2000 ? `${numberOf(ms / 1000, locale, 1)} s` : `${numberOf(ms, locale)} ms`
}
