import { describe, expect, it } from 'vitest'
import { Chain, type Linked, type Verdict } from './chain'

type Step = [topic: string, row: Linked, verdict: Verdict]

function row(seq: number, prev_seq: number | null, boot = 1): Linked {
  return { seq, boot, prev_seq }
}

const next: Verdict = { kind: 'next' }
const known: Verdict = { kind: 'known' }

const STORIES: { name: string; covered?: number; steps: Step[] }[] = [
  {
    name: 'rows that follow each other on two topics are no hole',
    covered: 10,
    steps: [
      ['a', row(11, 9), next],
      ['b', row(13, null), next],
      ['a', row(15, 11), next],
    ],
  },
  {
    name: 'a row that names one nobody saw is a hole behind what is known of its topic',
    covered: 10,
    steps: [
      ['a', row(12, 10), next],
      ['a', row(20, 17), { kind: 'hole', after: 12, upTo: 17 }],
      ['a', row(21, 20), next],
    ],
  },
  {
    name: 'the first row of a topic is held against what was read over HTTP',
    covered: 10,
    steps: [['a', row(20, 14), { kind: 'hole', after: 10, upTo: 14 }]],
  },
  {
    name: 'a row delivered twice is known',
    covered: 10,
    steps: [
      ['a', row(11, 9), next],
      ['a', row(11, 9), known],
      ['a', row(8, 7), known],
    ],
  },
  {
    name: 'a restart goes on counting',
    covered: 10,
    steps: [
      ['a', row(11, 10, 1), next],
      ['a', row(15, 11, 2), next],
    ],
  },
  {
    name: 'another journal is told from a restart',
    covered: 10,
    steps: [
      ['a', row(11, 10, 4), next],
      ['b', row(12, null, 2), { kind: 'replaced' }],
      ['b', row(3, null, 5), { kind: 'replaced' }],
    ],
  },
  {
    name: 'a row of an earlier start that comes again is known, not another journal',
    covered: 10,
    steps: [
      ['a', row(11, 10, 1), next],
      ['a', row(15, 11, 2), next],
      ['a', row(11, 10, 1), known],
    ],
  },
  {
    name: 'before anything was read over HTTP nothing can be missed',
    steps: [['a', row(500, 480), next]],
  },
]

describe('the chain of rows', () => {
  for (const { name, covered, steps } of STORIES) {
    it(name, () => {
      const chain = new Chain()
      if (covered !== undefined) chain.cover(covered)
      for (const [topic, linked, verdict] of steps) {
        expect(chain.receive(topic, linked), `${topic} ${linked.seq}`).toEqual(verdict)
      }
    })
  }

  it('is whole again once the hole was read', () => {
    const chain = new Chain()
    chain.cover(10)
    chain.receive('a', row(20, 17))
    chain.cover(25)
    expect(chain.receive('b', row(30, 24))).toEqual(next)
    expect(chain.receive('c', row(31, 26))).toEqual({ kind: 'hole', after: 25, upTo: 26 })
  })

  it('does not take a hole of one topic, once filled, for the silence of another', () => {
    const chain = new Chain()
    chain.cover(10)
    chain.receive('a', row(12, 9))
    // Topic b had a row 11 that was lost. Topic a has a hole of its own, filled from 12 on.
    expect(chain.receive('a', row(20, 17))).toEqual({ kind: 'hole', after: 12, upTo: 17 })
    chain.fill(12, 20)
    expect(chain.receive('b', row(22, 11))).toEqual({ kind: 'hole', after: 10, upTo: 11 })
    expect(chain.receive('a', row(25, 20))).toEqual(next)
  })

  // Whatever is lost and repeated: once the holes are filled, everything up to the last row of each
  // topic is there.
  it('leaves no hole, for any loss', () => {
    for (let seed = 1; seed <= 500; seed++) {
      let state = seed
      const chance = (of: number) => {
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
        return Math.floor((state / 2_147_483_648) * of)
      }
      const chain = new Chain()
      chain.cover(0)
      const before = new Map<string, number>()
      const lastGot = new Map<string, number>()
      const got = new Set<number>()
      const sent: [string, number][] = []
      for (let seq = 1; seq <= 60; seq++) {
        const topic = 'abc'.charAt(chance(3))
        const linked = row(seq, before.get(topic) ?? null)
        before.set(topic, seq)
        sent.push([topic, seq])
        if (chance(3) === 0) continue
        for (let copies = chance(4) === 0 ? 2 : 1; copies > 0; copies--) {
          const verdict = chain.receive(topic, linked)
          got.add(seq)
          lastGot.set(topic, seq)
          if (verdict.kind !== 'hole') continue
          // The controller's answer may reach further than was asked.
          const upTo = Math.min(seq, verdict.upTo + chance(3))
          for (let read = verdict.after + 1; read <= upTo; read++) got.add(read)
          chain.fill(verdict.after, upTo)
        }
      }
      for (const [topic, seq] of sent) {
        if (seq > (lastGot.get(topic) ?? 0)) continue
        expect(got.has(seq), `seed ${seed}: ${topic} ${seq}`).toBe(true)
      }
    }
  })
})
