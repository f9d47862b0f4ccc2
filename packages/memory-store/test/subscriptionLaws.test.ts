import { makeMemoryStore } from '@foldlog/memory-store'
import * as subscriptions from '@foldlog/subscriptions'
import { subscriptionLaws } from '@foldlog/testing'
import { describe, it } from '@jest/globals'
import { memoryRewinding } from '../../testing/test/memoryRewinding.ts'

const laws = subscriptionLaws(subscriptions, async () => {
  const store = makeMemoryStore()
  return { store, rewinding: memoryRewinding(store) }
})

describe('the laws of subscriptions, in memory', () => {
  it.each(laws.map(({ group, name, run }) => ({ title: `${group}: ${name}`, run })))('$title', ({ run }) => run())
})
