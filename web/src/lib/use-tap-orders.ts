/** What can be ordered for a tap. */
import { useI18n } from 'vue-i18n'
import { good, http } from '@/api/client'
import { useOrders } from '@/stores/orders'

interface Named {
  id: string
  name: string
}

export function useTapOrders(done: (tap: string) => void) {
  const { t } = useI18n()
  const orders = useOrders()

  function shut(tap: Named): void {
    orders.ask({
      title: t('water.shut_title', { tap: tap.name }),
      text: t('water.shut_text'),
      reasons: [t('at_hand.leak'), t('at_hand.maintenance'), t('at_hand.repair_called')],
      confirm: t('water.shut'),
      run: async ({ why }) => {
        const params = { path: { id: tap.id } }
        await good(http.POST('/api/taps/{id}/shut', { params, body: { why } }))
        done(tap.id)
        return t('water.shut_done', { tap: tap.name })
      },
    })
  }

  function free(tap: Named): void {
    orders.ask({
      title: t('water.free_title', { tap: tap.name }),
      text: t('water.free_text'),
      reasons: [t('at_hand.done'), t('at_hand.looked_fine'), t('at_hand.mistake')],
      confirm: t('water.free'),
      run: async ({ why }) => {
        const params = { path: { id: tap.id } }
        await good(http.DELETE('/api/taps/{id}/shut', { params, body: { why } }))
        done(tap.id)
        return t('water.free_done', { tap: tap.name })
      },
    })
  }

  return { shut, free }
}
