import { describe, expect, it } from '@jest/globals'
import { forgetsChecks, forgetsConditions, forgetsVersions, inMemory } from './boundaryStores.ts'
import { checkMixed, findsMixed } from './mixedHistories.ts'

describe('three dispatchers of streams, joint decisions and boundaries on a store with faults', () => {
  it('do what the same commands do one after another, in the order of the log, and refuse what is refused then', async () => {
    await checkMixed(inMemory, 300)
  })

  it.each([
    ['conditions', forgetsConditions],
    ['checks', forgetsChecks],
    ['versions', forgetsVersions],
  ])('find a store that forgets %s', async (_, around) => {
    expect(await findsMixed(inMemory, around, 3_000)).toBe(true)
  })
})
