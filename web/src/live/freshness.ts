/** What a screen may believe of itself, from the link and the controller. */
import type { LinkState } from './link'

export type Trust =
  /** It shows what is. */
  | 'live'
  /** It was never connected, and is about to be. */
  | 'connecting'
  /** It shows what was. */
  | 'offline'
  /** The broker is there, the controller is not. */
  | 'controller_away'
  /** Connected, but rows are known to be missing. */
  | 'catching_up'

export interface Signs {
  link: LinkState
  controllerOnline: boolean | null
  missing: boolean
  wasEverUp: boolean
}

export function trustOf(signs: Signs): Trust {
  if (signs.link === 'connecting' && !signs.wasEverUp) return 'connecting'
  if (signs.link !== 'up') return 'offline'
  if (signs.controllerOnline === false) return 'controller_away'
  return signs.missing ? 'catching_up' : 'live'
}
