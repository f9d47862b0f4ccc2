import { memoryStore } from '@foldlog/memory-store'
import { describeStoreLaws } from '@foldlog/testing'
import { describe, it } from '@jest/globals'

describeStoreLaws({ describe, it }, 'memory store', async () => ({ store: memoryStore() }))
