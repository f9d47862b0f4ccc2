import { memoryStore } from '@foldlog/memory-store'
import { describeStoreLaws } from '@foldlog/testing'
import { describe, it } from '@jest/globals'
import { memoryRewinding } from '../../testing/test/memoryRewinding.ts'

describeStoreLaws({ describe, it }, 'memory store', async () => {
  const store = memoryStore()
  return { store, rewinding: memoryRewinding(store) }
})
