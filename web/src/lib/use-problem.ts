/** What a refusal says to the person who gave the order, with the mend. */
import { useI18n } from 'vue-i18n'
import { Refusal } from '@/api/client'

const KNOWN = [
  'unauthorized',
  'forbidden',
  'out_of_scope',
  'csrf',
  'too_many_attempts',
  'nothing_to_end',
  'no_override',
  'nothing_to_forgive',
  'alarm_not_standing',
  'not_recorded',
  'gate_busy',
  'no_answer',
  'store_unreadable',
  'unknown_gate',
  'unknown_area',
  'unknown_room',
  'unknown_tap',
  'tap_not_shut',
  'unknown_operator',
  'unknown_note',
  'operator_exists',
  'yourself',
  'rules_changed',
  'backup_running',
  'outside_broker',
  'unknown_proposal',
]

export function useProblem() {
  const { t } = useI18n()
  return (error: unknown): string => {
    if (!(error instanceof Refusal)) return t('problem.unforeseen')
    if (KNOWN.includes(error.code)) return t(`problem.${error.code}`)
    if (error.isForbidden) return t('problem.forbidden')
    return error.message || t('problem.unforeseen')
  }
}
