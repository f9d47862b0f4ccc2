import { makeMemoryStore } from '@foldlog/memory-store'
import { subscriptionLaws } from '@foldlog/testing/laws'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { memoryRewinding } from './memoryRewinding.ts'
import { failureFaults, rebuildFaults } from './subscriptionFaults/outcomes.ts'
import { processFaults } from './subscriptionFaults/processes.ts'
import { readerFaults } from './subscriptionFaults/readers.ts'
import { rewindFaults } from './subscriptionFaults/rewinds.ts'
import { type SubscriptionFault, stopAll } from './subscriptionFaults/SubscriptionFault.ts'
import { workerFaults } from './subscriptionFaults/workers.ts'

const faults = [...readerFaults, ...workerFaults, ...rebuildFaults, ...failureFaults, ...processFaults, ...rewindFaults]

const makeStore = async () => {
  const store = makeMemoryStore()
  return { store, rewinding: memoryRewinding(store) }
}

/** How the law fails that must detect a fault; `undefined` when it does not. */
const failureOf = async ({ caughtBy, make }: SubscriptionFault, patience: number): Promise<string | undefined> => {
  const named = subscriptionLaws.filter(({ group, name }) => `${group}: ${name}`.startsWith(caughtBy))
  expect(named).toHaveLength(1)
  const setup = { subscriptions: make(), makeStore, leaseTime: 150, patience }
  return named[0]?.run(setup).then(
    () => undefined,
    (failure: Error) => failure.message,
  )
}

const title = '$fault: caught by $caughtBy'

// Only a law that must wait in vain is impatient: on a loaded machine another one would end before it finds the fault.
// These laws do nothing but wait, so they do it side by side.
describe('a runtime that', () => {
  const inVain = faults.filter(({ waitsInVain }) => waitsInVain)
  const failures = new Map<SubscriptionFault, Promise<string | undefined>>()
  beforeAll(() => {
    for (const fault of inVain) failures.set(fault, failureOf(fault, 6_000))
  })
  afterAll(stopAll)
  it.each(inVain)(title, async (fault) => {
    expect(await failures.get(fault)).toContain(fault.says)
  })
})

describe('a runtime that', () => {
  afterEach(stopAll)
  it.each(faults.filter(({ waitsInVain }) => !waitsInVain))(title, async (fault) => {
    expect(await failureOf(fault, 30_000)).toContain(fault.says)
  })
})

describe('the laws of subscriptions', () => {
  it('are each broken by a planted runtime', () => {
    const laws = subscriptionLaws.map(({ group, name }) => `${group}: ${name}`)
    expect(laws.filter((law) => !faults.some(({ caughtBy }) => law.startsWith(caughtBy)))).toEqual([])
  })
})
