/** The dialog that every order goes through: what is ordered, why, until when. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

export interface OrderInput {
  why: string
  /** RFC 3339; null: until it is taken back. */
  until: string | null
  /** What was picked, where there is something to pick. */
  picked: string
  numbers: Record<string, number | null>
  texts: Record<string, string>
}

export interface TextField {
  name: string
  label: string
  value: string
  isRequired: boolean
}

export interface NumberField {
  name: string
  label: string
  unit: string
  value: number | null
  isRequired: boolean
  least: number
  most: number
}

export interface Order {
  title: string
  /** What will happen, in a sentence. */
  text: string
  /** Lives or many people hang on it. */
  isGrave?: boolean
  /** Reasons at hand. */
  reasons: string[]
  hasUntil?: boolean
  pick?: { label: string; options: { value: string; label: string }[] }
  numbers?: NumberField[]
  texts?: TextField[]
  /** What is to be written, where it is more than a reason. */
  whyLabel?: string
  confirm: string
  /** Does it; what it throws is shown, and the dialog stays. Returns what to say when it is done. */
  run(input: OrderInput): Promise<string>
}

export const useOrders = defineStore('orders', () => {
  const order = shallowRef<Order | null>(null)

  function ask(asked: Order): void {
    order.value = asked
  }

  function close(): void {
    order.value = null
  }

  return { order, ask, close }
})
