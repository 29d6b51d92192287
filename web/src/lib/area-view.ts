/** Areas as a tree, and what is uncertain about who is inside. Pure. */

export interface TreeArea {
  id: string
  parent?: string | null
}

/** Areas with their depth, each below the one around it; one whose surroundings are not known here is
 * a root of its own. */
export function treeOf<T extends TreeArea>(areas: readonly T[]): { area: T; depth: number }[] {
  const known = new Set(areas.map((area) => area.id))
  const within = new Map<string | null, T[]>()
  for (const area of areas) {
    const parent = area.parent && known.has(area.parent) ? area.parent : null
    within.set(parent, [...(within.get(parent) ?? []), area])
  }
  const rows: { area: T; depth: number }[] = []
  const walk = (parent: string | null, depth: number) => {
    for (const area of within.get(parent) ?? []) {
      rows.push({ area, depth })
      walk(area.id, depth + 1)
    }
  }
  walk(null, 0)
  return rows
}

/** Whether an area is one of `outer`, or inside one. */
export function isWithin(
  area: string,
  outer: readonly string[],
  areas: readonly TreeArea[],
): boolean {
  const parents = new Map(areas.map(({ id, parent }) => [id, parent ?? null]))
  const seen = new Set<string>()
  for (let at: string | null = area; at !== null && !seen.has(at); at = parents.get(at) ?? null) {
    if (outer.includes(at)) return true
    seen.add(at)
  }
  return false
}

/** Whether nobody can be inside: it is outermost, and no gate leads into it. */
export function isOutdoors(area: TreeArea, gates: readonly { to: string }[]): boolean {
  return !area.parent && !gates.some((gate) => gate.to === area.id)
}

/** Whoever is inside for longer may have left without a swipe. */
export const UNCERTAIN_MS = 16 * 3_600_000

export function isUncertain(since: string, now: number): boolean {
  return now - Date.parse(since) > UNCERTAIN_MS
}
