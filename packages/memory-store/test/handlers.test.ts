import { memoryStore } from '@foldlog/memory-store'
import { handlerStoreLaws } from '@foldlog/testing'
import { describe, it } from '@jest/globals'

describe('the laws of handlers, in memory', () => {
  it.each(
    handlerStoreLaws(async () => ({ store: memoryStore(), close: async () => {} })).map(({ group, name, run }) => ({
      title: `${group}: ${name}`,
      run,
    })),
  )('$title', ({ run }) => run())
})
