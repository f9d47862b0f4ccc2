import { makeMemoryStore } from '@foldlog/memory-store'
import { handlerStoreLaws } from '@foldlog/testing'
import { describe, it } from '@jest/globals'
import { memoryRewinding } from '../../testing/test/memoryRewinding.ts'

const makeStore = async () => {
  const store = makeMemoryStore()
  return { store, rewinding: memoryRewinding(store) }
}

describe('the laws of handlers, in memory', () => {
  it.each(
    handlerStoreLaws(makeStore).map(({ group, name, run }) => ({
      title: `${group}: ${name}`,
      run,
    })),
  )('$title', ({ run }) => run())
})
