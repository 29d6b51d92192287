/** Tones for guards who look elsewhere. They differ in height and rhythm, not only in loudness. */

let context: AudioContext | null = null

function tone(frequency: number, atS: number, lengthS: number): void {
  if (!context) return
  const begin = context.currentTime + atS
  const oscillator = context.createOscillator()
  const gain = context.createGain()
  oscillator.type = 'triangle'
  oscillator.frequency.value = frequency
  gain.gain.setValueAtTime(0, begin)
  gain.gain.linearRampToValueAtTime(0.25, begin + 0.01)
  gain.gain.linearRampToValueAtTime(0, begin + lengthS)
  oscillator.connect(gain).connect(context.destination)
  oscillator.start(begin)
  oscillator.stop(begin + lengthS)
}

/** Browsers allow sound once somebody has touched the page. */
function ready(): boolean {
  try {
    context ??= new AudioContext()
    if (context.state === 'suspended') void context.resume()
    return context.state !== 'closed'
  } catch {
    return false
  }
}

export function soundRefusal(): void {
  if (!ready()) return
  tone(330, 0, 0.18)
  tone(247, 0.2, 0.28)
}

export function soundAlarm(): void {
  if (!ready()) return
  for (const turn of [0, 1, 2]) {
    tone(880, turn * 0.3, 0.14)
    tone(660, turn * 0.3 + 0.15, 0.14)
  }
}
