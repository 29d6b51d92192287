/** What comes in bursts is done together. */

/** Runs it then; returns how to call it off. */
export function later(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs)
  return () => clearTimeout(timer)
}

/** Runs at once, and then at most once in `spanMs`. */
export function throttled(spanMs: number, run: () => Promise<void>): () => void {
  let isBusy = false
  let isAgain = false
  const go = () => {
    if (isBusy) {
      isAgain = true
      return
    }
    isBusy = true
    isAgain = false
    void run()
      .catch(() => undefined)
      .finally(() =>
        setTimeout(() => {
          isBusy = false
          if (isAgain) go()
        }, spanMs),
      )
  }
  return go
}
