/** What can be ordered at gates, areas and alarms: each with its words, reasons at hand and its request. */
import { useI18n } from 'vue-i18n'
import { good, http, Refusal } from '@/api/client'
import type { AlarmItem } from '@/live/alarms'
import { useLive } from '@/stores/live'
import { useOrders } from '@/stores/orders'

interface Named {
  id: string
  name: string
}

export function useGateOrders() {
  const { t } = useI18n()
  const orders = useOrders()
  const live = useLive()

  function reasons(...keys: string[]): string[] {
    return keys.map((key) => t(`at_hand.${key}`))
  }

  function open(gate: Named): void {
    orders.ask({
      title: t('gate.open_title', { gate: gate.name }),
      text: t('gate.open_text'),
      reasons: reasons('forgot_card', 'host_called', 'delivery', 'emergency_help', 'reader_broken'),
      pick: {
        label: t('gate.direction'),
        options: [
          { value: 'in', label: t('direction.in') },
          { value: 'out', label: t('direction.out') },
        ],
      },
      confirm: t('gate.open'),
      run: async ({ why, picked }) => {
        const params = { path: { id: gate.id } }
        await good(http.POST('/api/gates/{id}/open', { params, body: { direction: picked, why } }))
        return t('gate.opened', { gate: gate.name })
      },
    })
  }

  function setMode(gate: Named): void {
    orders.ask({
      title: t('gate.mode_title', { gate: gate.name }),
      text: t('gate.mode_text'),
      reasons: reasons('maintenance', 'event', 'congestion', 'reader_broken'),
      hasUntil: true,
      pick: {
        label: t('gate.mode'),
        options: (['free', 'blocked', 'secure'] as const).map((mode) => ({
          value: mode,
          label: t(`mode.${mode}`),
        })),
      },
      confirm: t('gate.set_mode'),
      run: async ({ why, picked, until }) => {
        const mode = picked as 'free' | 'blocked' | 'secure'
        const params = { path: { id: gate.id } }
        await good(http.POST('/api/gates/{id}/mode', { params, body: { mode, until, why } }))
        live.refreshPlaces()
        return t('gate.told', { gate: gate.name })
      },
    })
  }

  function clearMode(gate: Named): void {
    orders.ask({
      title: t('gate.clear_title', { gate: gate.name }),
      text: t('gate.clear_text'),
      reasons: reasons('done', 'mistake'),
      confirm: t('gate.clear_mode'),
      run: async ({ why }) => {
        const params = { path: { id: gate.id } }
        await good(http.DELETE('/api/gates/{id}/mode', { params, body: { why } }))
        live.refreshPlaces()
        return t('gate.told', { gate: gate.name })
      },
    })
  }

  function lockDown(areas: Named[]): void {
    orders.ask({
      title: t('area.lockdown_title'),
      text: t('area.lockdown_text'),
      isGrave: true,
      reasons: reasons('intruder', 'suspicious_object', 'fight', 'drill'),
      hasUntil: true,
      pick: {
        label: t('area.area'),
        options: areas.map(({ id, name }) => ({ value: id, label: name })),
      },
      confirm: t('area.lockdown'),
      run: async ({ why, picked, until }) => {
        const params = { path: { id: picked } }
        const told = await good(
          http.POST('/api/areas/{id}/lockdown', { params, body: { why, until } }),
        )
        live.refreshPlaces()
        return t('area.locked', { count: told.gates.length })
      },
    })
  }

  /** All of these gates out of use, each by an order of its own. */
  function shut(gates: Named[]): void {
    orders.ask({
      title: t('guard.shut_title'),
      text: t('guard.shut_text', { count: gates.length }),
      isGrave: true,
      reasons: reasons('intruder', 'suspicious_object', 'fight', 'drill'),
      hasUntil: true,
      confirm: t('guard.shut'),
      run: async ({ why, until }) => {
        const body = { mode: 'blocked' as const, until, why }
        const told = await Promise.allSettled(
          gates.map((gate) =>
            good(http.POST('/api/gates/{id}/mode', { params: { path: { id: gate.id } }, body })),
          ),
        )
        live.refreshPlaces()
        const missed = gates.filter((_, index) => told[index]?.status === 'rejected')
        if (missed.length === 0) return t('area.locked', { count: gates.length })
        const failed = told.find((one) => one.status === 'rejected')
        if (missed.length === gates.length) throw failed?.reason
        const names = missed.map((gate) => gate.name).join(', ')
        throw new Refusal(0, 'partly', t('guard.shut_partly', { gates: names }))
      },
    })
  }

  function endLockDown(area: Named): void {
    orders.ask({
      title: t('area.release_title', { area: area.name }),
      text: t('area.release_text'),
      reasons: reasons('all_clear', 'drill_over', 'mistake'),
      confirm: t('area.release'),
      run: async ({ why }) => {
        const params = { path: { id: area.id } }
        await good(http.DELETE('/api/areas/{id}/lockdown', { params, body: { why } }))
        live.refreshPlaces()
        return t('area.released', { area: area.name })
      },
    })
  }

  function evacuate(area: Named): void {
    orders.ask({
      title: t('area.emergency_title', { area: area.name }),
      text: t('area.emergency_text'),
      isGrave: true,
      reasons: reasons('fire', 'gas', 'evacuation_drill'),
      confirm: t('area.emergency'),
      run: async ({ why }) => {
        const params = { path: { id: area.id } }
        const told = await good(
          http.POST('/api/areas/{id}/emergency', { params, body: { why, until: null } }),
        )
        live.refreshPlaces()
        return t('area.opened', { count: told.gates.length })
      },
    })
  }

  function endEmergency(area: Named): void {
    orders.ask({
      title: t('area.emergency_end_title', { area: area.name }),
      text: t('area.emergency_end_text'),
      reasons: reasons('all_clear', 'drill_over', 'mistake'),
      confirm: t('area.emergency_end'),
      run: async ({ why }) => {
        const params = { path: { id: area.id } }
        await good(http.DELETE('/api/areas/{id}/emergency', { params, body: { why } }))
        live.refreshPlaces()
        return t('area.released', { area: area.name })
      },
    })
  }

  function acknowledge(alarm: AlarmItem): void {
    orders.ask({
      title: t('alarm.acknowledge_title', { device: alarm.device }),
      text: t(`reason.${alarm.reason}`),
      reasons: reasons('looked_fine', 'on_the_way', 'repair_called', 'known_work'),
      confirm: t('alarm.acknowledge'),
      run: async ({ why }) => {
        const { area, kind, device, reason } = alarm
        await good(
          http.POST('/api/alarms/acknowledge', { body: { area, kind, device, reason, why } }),
        )
        return t('alarm.noted')
      },
    })
  }

  type Step = 'note' | 'escalate' | 'page'

  /** A remark, handing it up, having it sound again: each with what is written about it. */
  function handle(alarm: AlarmItem, step: Step): void {
    const { area, kind, device, reason } = alarm
    orders.ask({
      title: t(`alarm.${step}_title`, { device }),
      text: t(`alarm.${step}_text`),
      isGrave: step === 'escalate',
      reasons: reasons('on_the_way', 'repair_called', 'nobody_came', 'needs_office'),
      whyLabel: step === 'note' ? t('alarm.note_label') : undefined,
      confirm: t(`alarm.${step}`),
      run: async ({ why }) => {
        await good(http.POST(`/api/alarms/${step}`, { body: { area, kind, device, reason, why } }))
        return t(`alarm.${step}_done`)
      },
    })
  }

  /** Somebody sees to it. */
  function assign(alarm: AlarmItem, to: string): void {
    const { area, kind, device, reason } = alarm
    orders.ask({
      title: t('alarm.assign_title', { device }),
      text: t('alarm.assign_text'),
      reasons: reasons('on_the_way', 'repair_called'),
      texts: [{ name: 'to', label: t('alarm.assign_to'), value: to, isRequired: false }],
      confirm: t('alarm.assign'),
      run: async ({ why, texts }) => {
        const body = { area, kind, device, reason, why, to: texts.to || null }
        await good(http.POST('/api/alarms/assign', { body }))
        return t('alarm.assign_done')
      },
    })
  }

  /** A note for whoever is next at these gates. */
  function handOver(gates: Named[], done: () => void): void {
    orders.ask({
      title: t('handover.title'),
      text: t('handover.text', { gates: gates.map((gate) => gate.name).join('、') }),
      reasons: reasons('quiet_shift', 'repair_called', 'visitors_expected'),
      whyLabel: t('handover.label'),
      confirm: t('handover.write'),
      run: async ({ why }) => {
        const body = { gates: gates.map((gate) => gate.id), text: why }
        await good(http.POST('/api/handovers', { body }))
        done()
        return t('handover.written')
      },
    })
  }

  function forgive(person: Named): void {
    orders.ask({
      title: t('security.forgive_title', { person: person.name }),
      text: t('security.forgive_text'),
      reasons: reasons('tailgated_out', 'gate_was_open', 'reader_broken'),
      confirm: t('security.forgive'),
      run: async ({ why }) => {
        await good(http.POST('/api/passback/forgive', { body: { person: person.id, why } }))
        return t('security.forgiven', { person: person.name })
      },
    })
  }

  return {
    open,
    setMode,
    clearMode,
    lockDown,
    shut,
    endLockDown,
    evacuate,
    endEmergency,
    acknowledge,
    handle,
    assign,
    handOver,
    forgive,
  }
}
