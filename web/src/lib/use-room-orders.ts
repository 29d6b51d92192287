/** What can be ordered for a room. */
import { useI18n } from 'vue-i18n'
import { good, http } from '@/api/client'
import { useOrders } from '@/stores/orders'

interface Named {
  id: string
  name: string
}

export function useRoomOrders() {
  const { t } = useI18n()
  const orders = useOrders()

  function reasons(...keys: string[]): string[] {
    return keys.map((key) => t(`at_hand.${key}`))
  }

  function cut(room: Named): void {
    orders.ask({
      title: t('power.cut_title', { room: room.name }),
      text: t('power.cut_text'),
      reasons: reasons('electrician', 'safety', 'maintenance'),
      hasUntil: true,
      confirm: t('power.cut'),
      run: async ({ why, until }) => {
        const params = { path: { id: room.id } }
        await good(http.POST('/api/rooms/{id}/cut', { params, body: { why, until } }))
        return t('power.cut_done', { room: room.name })
      },
    })
  }

  function restore(room: Named): void {
    orders.ask({
      title: t('power.restore_title', { room: room.name }),
      text: t('power.restore_text'),
      reasons: reasons('appliance_removed', 'no_danger', 'done', 'mistake'),
      confirm: t('power.restore'),
      run: async ({ why }) => {
        const params = { path: { id: room.id } }
        const after = await good(http.POST('/api/rooms/{id}/restore', { params, body: { why } }))
        // What others want dark stays dark, and is said.
        return after.off.length > 0
          ? t('power.restore_kept', { room: room.name })
          : t('power.restore_done', { room: room.name })
      },
    })
  }

  function limit(room: Named, limitW: number | null, nightW: number | null): void {
    const most = 100_000
    orders.ask({
      title: t('power.limit_title', { room: room.name }),
      text: t('power.limit_text'),
      reasons: reasons('agreed_need', 'season', 'mistake'),
      numbers: [
        {
          name: 'limit',
          label: t('power.limit'),
          unit: 'W',
          value: limitW,
          isRequired: true,
          least: 1,
          most,
        },
        {
          name: 'night',
          label: t('power.night_limit'),
          unit: 'W',
          value: nightW,
          isRequired: false,
          least: 1,
          most,
        },
      ],
      confirm: t('power.set_limit'),
      run: async ({ why, numbers }) => {
        const params = { path: { id: room.id } }
        const body = { limit_w: numbers.limit ?? 0, night_limit_w: numbers.night ?? null, why }
        await good(http.POST('/api/rooms/{id}/limits', { params, body }))
        return t('power.limit_done', { room: room.name })
      },
    })
  }

  return { cut, restore, limit }
}
