import { describe, expect, it } from '@jest/globals'
import { forgetsChecks, forgetsConditions, forgetsVersions, onPostgres } from './boundaryStores.ts'
import { checkMixed, findsMixed } from './mixedHistories.ts'

describe('three dispatchers of streams, joint decisions and boundaries, on three stores of Postgres with faults', () => {
  it('do what the same commands do one after another, in the order of the log, and refuse what is refused then', async () => {
    await checkMixed(onPostgres, 60)
  })

  it.each([
    ['conditions', forgetsConditions],
    ['checks', forgetsChecks],
    ['versions', forgetsVersions],
  ])('find a store that forgets %s', async (_, around) => {
    expect(await findsMixed(onPostgres, around, 1_000)).toBe(true)
  })
})
