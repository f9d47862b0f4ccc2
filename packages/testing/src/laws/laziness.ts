import { option as O } from 'fp-ts'
import { same } from '../internal/expectation.ts'
import { freshStream, headOf, newEvents, right, streamOf, upTo } from './given.ts'
import { groupOf, law } from './Law.ts'

export const laziness = groupOf('a TaskEither of the store', [
  law('does nothing before it is called', async ({ store, can }) => {
    const stream = await streamOf(store, 1)
    const head = await headOf(store)
    store.append({ stream, expected: 'any', events: newEvents(1) })
    if (can('appendAll')) store.appendAll([{ stream: freshStream(), expected: 'any', events: newEvents(1) }])
    if (can('snapshots')) store.saveSnapshot({ stream, version: 1, schemaVersion: 1, state: 1 })
    if (can('deleteStream')) store.deleteStream(stream, 'any')
    // Time for what should not have begun: more requests than were made, all of them answered.
    for (const _ of upTo(5)) await right(store.streamInfo(stream))
    same(await headOf(store), head, 'the head of the log')
    same(await right(store.streamInfo(stream)), { stream, status: 'open', version: 1 }, 'the stream')
    if (can('snapshots')) same((await right(store.readFromSnapshot(stream, 1))).snapshot, O.none, 'the snapshot')
  }),

  law(
    'repeats the append when it is called again',
    async ({ store }) => {
      const append = store.append({ stream: freshStream(), expected: 'noStream', events: newEvents(2) })
      const first = await right(append)
      same(first.repeated, false, 'repeated, the first time')
      same(await right(append), { ...first, repeated: true }, 'the second time')
    },
    'idempotence',
  ),

  law('reads anew each time it is called', async ({ store }) => {
    const stream = freshStream()
    const read = store.readStream(stream)
    same((await right(read)).version, 0, 'before the append')
    await right(store.append({ stream, expected: 'any', events: newEvents(2) }))
    same((await right(read)).version, 2, 'after the append')
  }),
])
