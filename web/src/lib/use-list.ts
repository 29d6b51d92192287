/** A list that a page reads over HTTP: loading, there, failed, or not for this role. */
import { ref, shallowRef } from 'vue'
import { Refusal } from '@/api/client'
import { useProblem } from './use-problem'

export function useList<T>(ask: () => Promise<T[]>) {
  const problemOf = useProblem()
  const rows = shallowRef<T[]>([])
  const state = ref<'loading' | 'ready' | 'failed' | 'forbidden'>('loading')
  const failure = ref('')

  async function read(): Promise<void> {
    state.value = 'loading'
    try {
      rows.value = await ask()
      state.value = 'ready'
    } catch (error) {
      state.value = error instanceof Refusal && error.isForbidden ? 'forbidden' : 'failed'
      failure.value = problemOf(error)
    }
  }

  void read()
  return { rows, state, failure, read }
}
