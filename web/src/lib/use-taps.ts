/** The taps of one's places: read over HTTP, and again where MQTT says that something happened. */
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { good, http, Refusal } from '@/api/client'
import { useLive } from '@/stores/live'
import { inOrder, newsOf, type TapTold, type TapView } from './tap-view'
import { useProblem } from './use-problem'

/** What happens in such a span is read together. */
const SPAN_MS = 300
/** From here on all are read at once. */
const MANY = 20

export function useTaps() {
  const live = useLive()
  const problemOf = useProblem()
  const views = shallowRef<readonly TapView[]>([])
  const state = ref<'loading' | 'ready' | 'failed' | 'forbidden'>('loading')
  const failure = ref('')
  const alarms = computed(() => live.alarms.filter((alarm) => alarm.kind === 'valve'))

  const wanted = new Set<string>()
  let isAllWanted = false
  let isBusy = false
  let isOver = false
  let timer: ReturnType<typeof setTimeout> | undefined

  /** One at a time, so that no older answer comes after a newer one. */
  async function read(): Promise<void> {
    timer = undefined
    isBusy = true
    const asked = [...wanted]
    const isAll = isAllWanted || asked.length > MANY
    wanted.clear()
    isAllWanted = false
    try {
      if (isAll) {
        views.value = inOrder(await good(http.GET('/api/taps')))
      } else {
        const one = (id: string) => good(http.GET('/api/taps/{id}', { params: { path: { id } } }))
        const fresh = new Map((await Promise.all(asked.map(one))).map((view) => [view.tap, view]))
        views.value = views.value.map((view) => fresh.get(view.tap) ?? view)
      }
      state.value = 'ready'
    } catch (error) {
      state.value = error instanceof Refusal && error.isForbidden ? 'forbidden' : 'failed'
      failure.value = problemOf(error)
    }
    isBusy = false
    if (wanted.size > 0 || isAllWanted) soon(SPAN_MS)
  }

  function soon(delayMs: number): void {
    if (!isBusy && !isOver) timer ??= setTimeout(() => void read(), delayMs)
  }

  function readAll(): void {
    isAllWanted = true
    state.value = 'loading'
    soon(0)
  }

  function readAgain(taps: Iterable<string>): void {
    for (const tap of taps) wanted.add(tap)
    if (wanted.size > 0) soon(SPAN_MS)
  }

  function toldOf(tap: string): TapTold {
    const isOnline = live.availability.get(`valve/${tap}`)
    return { state: live.taps.get(tap), isOnline, end: live.tapEnds.get(tap) }
  }

  const letGo = live.want('taps')
  onScopeDispose(() => {
    letGo()
    isOver = true
    clearTimeout(timer)
  })
  watch(
    () => live.tapEvents,
    (now, before) => readAgain(newsOf(now, before).map((event) => event.tap)),
  )
  // That a valve does not confirm is told by its alarm alone.
  watch(
    () => alarms.value.map((alarm) => alarm.key).join(' '),
    () => readAgain(alarms.value.map((alarm) => alarm.device)),
  )
  watch(
    () => live.trust,
    (now) => now === 'live' && readAll(),
  )
  readAll()

  return { views, state, failure, alarms, toldOf, readAll, readAgain }
}
