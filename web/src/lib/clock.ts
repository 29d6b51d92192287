/** The controller's time, as far as this browser knows it: screens and credentials go by it. */

let offsetMs = 0
let isKnown = false

/** An answer says what time it is at the controller, to the second. */
export function noteServerTime(date: string | null): void {
  const server = date ? Date.parse(date) : Number.NaN
  if (Number.isNaN(server)) return
  // The header drops what is below a second: half of one is the best guess.
  const measured = server + 500 - Date.now()
  // Answers come at different moments of the second; small differences are no news.
  if (!isKnown || Math.abs(measured - offsetMs) > 1_000) offsetMs = measured
  isKnown = true
}

export function serverNow(): number {
  // A browser whose clock is right to the second is believed.
  return Date.now() + (Math.abs(offsetMs) > 1_500 ? offsetMs : 0)
}
