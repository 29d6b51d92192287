/** How a row of the entry log is shown. Pure. */
import type { Entry } from '@/api/topics'
import type { Mark } from '@/components/StateMark.vue'

export function markOf(entry: Entry): Mark {
  if (entry.granted) return entry.by === undefined ? 'pass' : 'hand'
  return entry.reason === 'deny_unknown_card' ? 'unknown' : 'refuse'
}

export function toneOf(entry: Entry): 'good' | 'info' | 'warn' | 'bad' {
  const tones = { pass: 'good', hand: 'info', unknown: 'warn', refuse: 'bad' } as const
  const mark = markOf(entry)
  return mark in tones ? tones[mark as keyof typeof tones] : 'bad'
}

/** The controller says why and what to do in one sentence, with a colon between. */
export function whyAndNext(text: string): { why: string; next: string } {
  const cut = /[：:]\s*/u.exec(text)
  if (!cut) return { why: text, next: '' }
  const next = text.slice(cut.index + cut[0].length)
  return { why: text.slice(0, cut.index), next: next.charAt(0).toUpperCase() + next.slice(1) }
}

/** Only photos of the controller itself. */
export function photoOf(entry: Entry): string | null {
  return entry.photo?.startsWith('/api/') ? entry.photo : null
}
