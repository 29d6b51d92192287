/** Intervals that a hidden tab does not slow down: a connection must be kept alive there, too. */

export type TickerAsked = { set: number; everyMs: number } | { clear: number }

const intervals = new Map<number, ReturnType<typeof setInterval>>()

addEventListener('message', ({ data }: MessageEvent<TickerAsked>) => {
  if ('set' in data) {
    const id = data.set
    intervals.set(
      id,
      setInterval(() => postMessage(id), data.everyMs),
    )
  } else {
    clearInterval(intervals.get(data.clear))
    intervals.delete(data.clear)
  }
})
