import { makeMemoryStore } from '@foldlog/memory-store'
import { describeLaws, handlerStoreLaws } from '@foldlog/testing/laws'
import { describe, it } from '@jest/globals'
import { memoryRewinding } from '../../testing/test/memoryRewinding.ts'

const makeStore = async () => {
  const store = makeMemoryStore()
  return { store, rewinding: memoryRewinding(store) }
}

describeLaws({ describe, it }, 'the laws of handlers, in memory', handlerStoreLaws, {
  makeStore,
  // An append in memory is done at once: openAppends.test.ts.
  capabilities: { openAppends: false },
})
