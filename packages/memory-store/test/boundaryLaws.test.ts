import { makeMemoryStore } from '@foldlog/memory-store'
import { boundaryLaws, describeLaws } from '@foldlog/testing/laws'
import { describe, it } from '@jest/globals'
import { memoryRewinding } from '../../testing/test/memoryRewinding.ts'

const makeStore = async () => {
  const store = makeMemoryStore()
  return { store, rewinding: memoryRewinding(store) }
}

/** An append in memory is done at once, so none can be left open for these laws. */
const laws = boundaryLaws.filter(({ group }) => group !== 'boundaries beside open appends')

describeLaws({ describe, it }, 'the laws of boundaries, in memory', laws, {
  makeStore,
  capabilities: { openAppends: false },
})
