import { memoryStore } from '@foldlog/memory-store'
import { describeStore } from '../../core/test/store/index.ts'

describeStore('memory store', async () => ({ store: memoryStore(), close: async () => {} }))
