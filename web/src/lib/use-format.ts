/** The formats of `format.ts` in the language of the page and the zone of the campus. */
import { useSession } from '@/stores/session'
import { useSettings } from '@/stores/settings'
import { serverNow } from './clock'
import * as format from './format'

export function useFormat() {
  const settings = useSettings()
  const session = useSession()
  return {
    time: (moment: string | number) => format.timeOf(moment, settings.locale, session.zone),
    moment: (moment: string | number) =>
      format.momentOf(moment, settings.locale, session.zone, serverNow()),
    fullMoment: (moment: string | number) =>
      format.fullMomentOf(moment, settings.locale, session.zone),
    span: (ms: number) => format.spanOf(ms, settings.locale),
    number: (value: number, digits = 0) => format.numberOf(value, settings.locale, digits),
    watts: (watts: number) => format.wattsOf(watts, settings.locale),
    yuan: (fen: number) => format.yuanOf(fen, settings.locale),
    litres: (ml: number) => format.litresOf(ml, settings.locale),
    permille: (permille: number) => format.permilleOf(permille, settings.locale),
    millis: (ms: number) => format.millisOf(ms, settings.locale),
    /** Of a text that exists in both languages, the one of the page. */
    either: (zh: string, en: string) => (settings.locale === 'zh-CN' ? zh : en),
  }
}
