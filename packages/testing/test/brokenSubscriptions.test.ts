import { memoryStore } from '@foldlog/memory-store'
import { subscriptionLaws } from '@foldlog/testing'
import { afterEach, describe, expect, it } from '@jest/globals'
import { memoryRewinding } from './memoryRewinding.ts'
import { failureFaults, processFaults, rebuildFaults } from './subscriptionFaults/outcomes.ts'
import { readerFaults } from './subscriptionFaults/readers.ts'
import { rewindFaults } from './subscriptionFaults/rewinds.ts'
import { stopAll } from './subscriptionFaults/SubscriptionFault.ts'
import { workerFaults } from './subscriptionFaults/workers.ts'

const faults = [...readerFaults, ...workerFaults, ...rebuildFaults, ...failureFaults, ...processFaults, ...rewindFaults]

const makeStore = async () => {
  const store = memoryStore()
  return { store, rewinding: memoryRewinding(store) }
}

afterEach(stopAll)

describe('a runtime that', () => {
  it.each(faults)('$fault: caught by $caughtBy', async ({ caughtBy, says, make }) => {
    const named = subscriptionLaws.filter(({ group, name }) => `${group}: ${name}`.startsWith(caughtBy))
    expect(named).toHaveLength(1)
    const setup = { subscriptions: make(), makeStore, leaseTime: 150, patience: 1_000 }
    await expect(named[0]?.run(setup)).rejects.toMatchObject({ message: expect.stringContaining(says) })
  })
})

describe('the laws of subscriptions', () => {
  it('are each broken by a planted runtime', () => {
    const laws = subscriptionLaws.map(({ group, name }) => `${group}: ${name}`)
    expect(laws.filter((law) => !faults.some(({ caughtBy }) => law.startsWith(caughtBy)))).toEqual([])
  })
})
