/** The controller's time, once a second: for ages and clocks. One timer for the whole page. */
import { onScopeDispose, ref, type Ref } from 'vue'
import { serverNow } from './clock'

const now = ref(serverNow())
let users = 0
let timer: ReturnType<typeof setInterval> | undefined

export function useNow(): Ref<number> {
  users += 1
  now.value = serverNow()
  timer ??= setInterval(() => (now.value = serverNow()), 1000)
  onScopeDispose(() => {
    users -= 1
    if (users > 0) return
    clearInterval(timer)
    timer = undefined
  })
  return now
}
