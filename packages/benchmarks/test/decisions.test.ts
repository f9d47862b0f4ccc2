import { describe, expect, it } from '@jest/globals'
import { Decider, type OpenDecider } from '../src/candidates/Decider.ts'
import { Decision, type StoredDecision } from '../src/domain/Decision.ts'

const at = (position: number, about: string, seen: number, tags = [about, `n:${position}`]): StoredDecision => ({
  position,
  about,
  seen,
  tags,
})

describe('violations', () => {
  it('are decisions that had not seen the last event with their tag before them', () => {
    const before = new Map([['a:1', 3]])
    expect(Decision.violations([at(5, 'a:1', 3), at(6, 'b:1', 0), at(8, 'a:1', 5), at(9, 'b:1', 6)], before)).toBe(0)
    // 5 and 6 have both seen 3; 7 has seen an event that came later.
    expect(Decision.violations([at(5, 'a:1', 3), at(6, 'a:1', 3), at(7, 'a:1', 8)], before)).toBe(2)
    expect(Decision.violations([at(5, 'a:1', 0)], before)).toBe(1)
    // An event of another decision has the tag, too.
    expect(Decision.violations([at(5, 'b:1', 0, ['b:1', 'a:1']), at(6, 'a:1', 3)], before)).toBe(1)
  })
})

/** A store in memory whose decisions are right, or look and then act. */
const inMemory = (isRight: boolean): OpenDecider => {
  const stored: Array<StoredDecision> = []
  const last = (tag: string) => stored.findLast(({ tags }) => tags.includes(tag))?.position ?? 0
  return {
    about: async (tag) => async (tags) => {
      const seen = last(tag)
      await new Promise((resolve) => setImmediate(resolve))
      stored.push(at(stored.length + 1, tag, isRight ? last(tag) : seen, [...tags]))
    },
    end: async () => stored.length,
    storedAfter: async (position) => stored.slice(position),
    lastOf: async (tags, position) =>
      new Map(
        tags.map((tag) => [tag, stored.slice(0, position).findLast((one) => one.tags.includes(tag))?.position ?? 0]),
      ),
    close: async () => {},
  }
}

describe('a turn of decisions', () => {
  const played = async (isRight: boolean) => {
    const decider = inMemory(isRight)
    const turn = Decider.turn(decider, 8, () => ({ about: 'hot:1', of: (number) => ['hot:1', `n:${number}`] }))
    await turn({ number: 0, milliseconds: 20 })
    return turn({ number: 1, milliseconds: 20 })
  }

  it('finds every decision that had seen all before it', async () => {
    const { units, check } = await played(true)
    expect(units).toBeGreaterThanOrEqual(8)
    expect(check).toEqual({ expected: units, found: units })
  })

  it('finds fewer in a store that looks and then acts', async () => {
    const { units, check } = await played(false)
    expect(check.found).toBeLessThan(units)
  })
})
