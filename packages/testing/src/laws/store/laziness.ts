import { option as O } from 'fp-ts'
import { expectEqual } from '../../internal/expectations.ts'
import { createStream, freshStream, newEvents, numbersTo, right, settledPositionOf } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { law } from './storeLaw.ts'

export const laziness = groupOf('laziness', [
  law('an operation does nothing before it is called', async ({ store, can }) => {
    const stream = await createStream(store, 1)
    const head = await settledPositionOf(store)
    store.append({ stream, expected: 'any', events: newEvents(1) })
    if (can('appendAll')) store.appendAll([{ stream: freshStream(), expected: 'any', events: newEvents(1) }])
    if (can('snapshots')) store.saveSnapshot({ stream, version: 1, schemaVersion: 1, state: 1 })
    if (can('deleteStream')) store.deleteStream(stream, 'any')
    // Time in which wrong work could begin: it sends more requests than were made, and waits for all answers.
    for (const _ of numbersTo(5)) await right(store.streamInfo(stream))
    expectEqual(await settledPositionOf(store), head, 'the head of the log')
    expectEqual(await right(store.streamInfo(stream)), { stream, status: 'open', version: 1 }, 'the stream')
    if (can('snapshots')) expectEqual((await right(store.readFromSnapshot(stream, 1))).snapshot, O.none, 'the snapshot')
  }),

  law(
    'an append that is called again repeats itself',
    async ({ store }) => {
      const append = store.append({ stream: freshStream(), expected: 'noStream', events: newEvents(2) })
      const first = await right(append)
      expectEqual(first.repeated, false, 'repeated, the first time')
      expectEqual(await right(append), { ...first, repeated: true }, 'the second time')
    },
    'idempotence',
  ),

  law('a read that is called again reads anew', async ({ store }) => {
    const stream = freshStream()
    const read = store.readStream(stream)
    expectEqual((await right(read)).version, 0, 'before the append')
    await right(store.append({ stream, expected: 'any', events: newEvents(2) }))
    expectEqual((await right(read)).version, 2, 'after the append')
  }),
])
