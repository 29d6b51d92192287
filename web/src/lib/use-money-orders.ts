/** What can be ordered about money: each with its words and its request. */
import { useI18n } from 'vue-i18n'
import { good, http, Refusal } from '@/api/client'
import { useOrders } from '@/stores/orders'
import { fenOf, requestKey } from './money'
import { useFormat } from './use-format'

export function useMoneyOrders() {
  const { t } = useI18n()
  const format = useFormat()
  const orders = useOrders()

  const required = (name: string, label: string, value = '') => ({
    name,
    label,
    value,
    isRequired: true,
  })

  function amountOf(typed: string | undefined): number {
    const fen = fenOf(typed ?? '')
    if (fen === null) throw new Refusal(0, 'bad_amount', t('money.bad_amount'))
    return fen
  }

  /** Money comes in, at a cash desk or from a bank, once for each receipt. */
  function topUp(to: string, done: () => void): void {
    orders.ask({
      title: t('money.top_up_title', { account: to || '…' }),
      text: t('money.top_up_text'),
      reasons: [t('at_hand.cash_paid'), t('at_hand.bank_paid')],
      pick: {
        label: t('money.source'),
        options: [
          { value: 'desk', label: t('money.desk') },
          { value: 'bank', label: t('money.bank') },
        ],
      },
      texts: [
        required('to', t('money.to'), to),
        required('amount', t('money.amount')),
        required('place', t('money.place'), 'main'),
        required('number', t('money.receipt')),
      ],
      confirm: t('money.top_up'),
      run: async ({ why, picked, texts }) => {
        const amount_fen = amountOf(texts.amount)
        const place = texts.place ?? ''
        const number = texts.number ?? ''
        if (picked === 'desk' && !/^\d{1,15}$/.test(number)) {
          throw new Refusal(0, 'bad_receipt', t('money.bad_receipt'))
        }
        const source =
          picked === 'desk'
            ? { desk: place, receipt: Number(number) }
            : { bank: place, reference: number }
        const paid = await good(
          http.POST('/api/money/top-up', {
            body: { to: texts.to ?? '', amount_fen, why, ...source },
          }),
        )
        done()
        return paid.outcome === 'exists'
          ? t('money.was_paid')
          : t('money.paid', { balance: format.yuan(paid.to_balance_fen ?? 0) })
      },
    })
  }

  /** From a purse to a room. */
  function transfer(done: () => void): void {
    const key = requestKey()
    orders.ask({
      title: t('money.transfer_title'),
      text: t('money.transfer_text'),
      reasons: [t('at_hand.asked_by_student')],
      texts: [
        required('person', t('money.person')),
        required('room', t('money.room')),
        required('amount', t('money.amount')),
      ],
      confirm: t('money.transfer'),
      run: async ({ why, texts }) => {
        const amount_fen = amountOf(texts.amount)
        const body = { person: texts.person ?? '', room: texts.room ?? '', amount_fen, key, why }
        const paid = await good(http.POST('/api/money/transfer', { body }))
        done()
        return t('money.paid', { balance: format.yuan(paid.to_balance_fen ?? 0) })
      },
    })
  }

  /** Set right by hand, or given back. */
  function move(how: 'adjust' | 'refund', done: () => void): void {
    const key = requestKey()
    orders.ask({
      title: t(`money.${how}_title`),
      text: t(`money.${how}_text`),
      isGrave: how === 'adjust',
      reasons: [t('at_hand.mistake')],
      texts: [
        required('from', t('money.from')),
        required('to', t('money.to')),
        required('amount', t('money.amount')),
      ],
      confirm: t(`money.${how}`),
      run: async ({ why, texts }) => {
        const amount_fen = amountOf(texts.amount)
        const body = { from: texts.from ?? '', to: texts.to ?? '', amount_fen, key, why }
        const paid = await good(http.POST(`/api/money/${how}`, { body }))
        done()
        return paid.outcome === 'waits'
          ? t('money.waits')
          : t('money.paid', { balance: format.yuan(paid.to_balance_fen ?? 0) })
      },
    })
  }

  function confirmAdjustment(id: string, done: () => void): void {
    orders.ask({
      title: t('money.confirm_title'),
      text: t('money.confirm_text'),
      isGrave: true,
      reasons: [t('at_hand.agreed_need')],
      confirm: t('proposal.confirm'),
      run: async ({ why }) => {
        const params = { path: { id } }
        await good(http.POST('/api/money/adjustments/{id}/confirm', { params, body: { why } }))
        done()
        return t('staff.done')
      },
    })
  }

  function withdrawAdjustment(id: string, done: () => void): void {
    orders.ask({
      title: t('money.withdraw_title'),
      text: t('money.withdraw_text'),
      reasons: [t('at_hand.mistake')],
      confirm: t('proposal.withdraw'),
      run: async ({ why }) => {
        const params = { path: { id } }
        await good(http.DELETE('/api/money/adjustments/{id}', { params, body: { why } }))
        done()
        return t('staff.done')
      },
    })
  }

  function closeDay(day: string, done: () => void): void {
    orders.ask({
      title: t('money.close_title', { day }),
      text: t('money.close_text'),
      isGrave: true,
      reasons: [t('at_hand.day_agrees')],
      confirm: t('money.close'),
      run: async ({ why }) => {
        const params = { path: { id: day } }
        const closed = await good(
          http.POST('/api/money/days/{id}/close', { params, body: { why } }),
        )
        done()
        return t('money.closed', {
          rows: format.number(closed.rows),
          moved: format.yuan(closed.moved_fen),
        })
      },
    })
  }

  /** What a register that is not believed is worth. */
  function decide(
    room: { id: string; name: string },
    decision: 'go_on' | 'discard',
    done: () => void,
  ): void {
    orders.ask({
      title: t(`quarantine.${decision}_title`, { room: room.name }),
      text: t(`quarantine.${decision}_text`),
      reasons: [t('at_hand.meter_exchanged'), t('at_hand.meter_faulty'), t('at_hand.looked_fine')],
      numbers:
        decision === 'go_on'
          ? [
              {
                name: 'used',
                label: t('quarantine.used'),
                unit: 'kWh',
                value: 0,
                isRequired: true,
                least: 0,
                most: 100_000,
              },
            ]
          : [],
      confirm: t(`quarantine.${decision}`),
      run: async ({ why, numbers }) => {
        const params = { path: { id: room.id } }
        const quantity_wh = decision === 'go_on' ? Math.round((numbers.used ?? 0) * 1000) : null
        const body = { decision, quantity_wh, why }
        const decided = await good(http.POST('/api/rooms/{id}/reading', { params, body }))
        done()
        return t('quarantine.decided', { amount: format.yuan(decided.amount_fen) })
      },
    })
  }

  return { topUp, transfer, move, confirmAdjustment, withdrawAdjustment, closeDay, decide }
}
