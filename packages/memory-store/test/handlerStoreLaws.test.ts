import { makeMemoryStore } from '@foldlog/memory-store'
import { describeLaws, handlerStoreLaws } from '@foldlog/testing/laws'
import { describe, it } from '@jest/globals'
import { memoryRewinding } from '../../testing/test/memoryRewinding.ts'

const makeStore = async () => {
  const store = makeMemoryStore()
  return { store, rewinding: memoryRewinding(store) }
}

/** An append in memory is done at once, so none can be left open for these laws: openAppends.test.ts. */
const needsOpenAppend = ({ needs }: { readonly needs: ReadonlyArray<string> }): boolean => needs.includes('openAppends')

const laws = handlerStoreLaws.filter((law) => !needsOpenAppend(law))

describeLaws({ describe, it }, 'the laws of handlers, in memory', laws, {
  makeStore,
  capabilities: { openAppends: false },
})
