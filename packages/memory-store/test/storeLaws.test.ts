import { makeMemoryStore } from '@foldlog/memory-store'
import { describeStoreLaws } from '@foldlog/testing'
import { describe, it } from '@jest/globals'
import { memoryRewinding } from '../../testing/test/memoryRewinding.ts'

describeStoreLaws({ describe, it }, 'memory store', async () => {
  const store = makeMemoryStore()
  return { store, rewinding: memoryRewinding(store) }
})
