import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { expect, it } from '@jest/globals'
import { forgetsConditions, inMemory } from './boundaryStores.ts'
import { describeBoundaries, findsFault } from './boundarySuite.ts'
import { subscriptions } from './courses.ts'

describeBoundaries(inMemory, 300)

it('three dispatchers of one boundary find a store that forgets conditions', async () => {
  expect(await findsFault(inMemory, forgetsConditions, 2000)).toBe(true)
})

it('a boundary needs a store that looks at conditions', () => {
  const { features: _, ...store } = makeMemoryStore()
  expect(() => makeDispatcher({ store, aggregates: [], decisions: [subscriptions] })).toThrow('conditions')
})
