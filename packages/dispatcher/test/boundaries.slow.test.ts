import { expect, it } from '@jest/globals'
import { forgetsConditions, onPostgres } from './boundaryStores.ts'
import { describeBoundaries, findsFault } from './boundarySuite.ts'

describeBoundaries(onPostgres, 60)

it('three dispatchers of one boundary find a Postgres store that forgets conditions', async () => {
  expect(await findsFault(onPostgres, forgetsConditions, 500)).toBe(true)
})
