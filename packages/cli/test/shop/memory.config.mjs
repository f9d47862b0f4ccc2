// The same shop on a store in memory, with two events.
import { EventId, StreamName } from '@foldlog/core'
import { makeMemoryStore } from '@foldlog/memory-store'
import shop from './foldlog.config.mjs'

const event = (n, type, data) => ({
  id: EventId.parse(`01K${`${n}`.padStart(23, '0')}`).right,
  type,
  schemaVersion: type === 'ItemAdded' ? 2 : 1,
  data,
  metadata: { correlationId: 'request' },
})

export const released = []

/** What is called by the commands. */
export const calls = { listeners: 0, reads: [] }

export default {
  ...shop,
  store: async () => {
    const store = makeMemoryStore({ clock: () => 0 })
    const events = [event(1, 'ItemAdded', { item: 'tea', quantity: 2 }), event(2, 'CheckedOut', {})]
    await store.append({ stream: StreamName.parse('cart-a').right, expected: 'any', events })()
    const counted = {
      ...store,
      onAppend: (listener) => {
        calls.listeners++
        return store.onAppend(listener)
      },
      readLog: (options) => {
        for (const listener of calls.reads) listener()
        return store.readLog(options)
      },
    }
    return { store: counted, release: async () => released.push(true) }
  },
}
