import { makeMemoryStore } from '@foldlog/memory-store'
import * as subscriptions from '@foldlog/subscriptions'
import { describeLaws, subscriptionLaws } from '@foldlog/testing/laws'
import { describe, it } from '@jest/globals'
import { memoryRewinding } from '../../testing/test/memoryRewinding.ts'

const makeStore = async () => {
  const store = makeMemoryStore()
  return { store, rewinding: memoryRewinding(store) }
}

describeLaws({ describe, it }, 'the laws of subscriptions, in memory', subscriptionLaws, { subscriptions, makeStore })
