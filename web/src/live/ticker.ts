/** The worker of `ticker.worker.ts`, of the controller's own address as the content security policy
 * wants it; mqtt.js would make one of a text. */
import type { TickerAsked } from './ticker.worker'

let worker: Worker | null = null
let count = 0
const runs = new Map<number, () => void>()

function ask(asked: TickerAsked): void {
  if (!worker) {
    worker = new Worker(new URL('./ticker.worker.ts', import.meta.url), { type: 'module' })
    worker.addEventListener('message', ({ data }: MessageEvent<number>) => runs.get(data)?.())
  }
  worker.postMessage(asked)
}

export const ticker = {
  set(run: () => void, everyMs: number): number {
    count += 1
    runs.set(count, run)
    ask({ set: count, everyMs })
    return count
  },
  clear(id: number): void {
    runs.delete(id)
    ask({ clear: id })
  },
}
