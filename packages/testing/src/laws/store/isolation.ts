import { option as O } from 'fp-ts'
import { expectEqual, expectMatch } from '../../internal/expectations.ts'
import { freshStream, newEvents, readWholeLog, right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { law } from './storeLaw.ts'

export const isolation = groupOf('isolation', [
  law(
    'two stores share nothing: no streams, ids, log, snapshots, deletions or stop',
    async ({ store, withFresh, can }) => {
      await withFresh(async ({ store: other }) => {
        const stream = freshStream()
        const append = { stream, expected: 'noStream', events: newEvents(2) } as const
        const first = await right(store.append(append))
        expectEqual(await readWholeLog(other), [], 'the log of the other')
        expectEqual((await right(other.streamInfo(stream))).status, 'missing', 'the stream in the other')
        const second = await right(other.append(append))
        for (const result of [first, second])
          expectMatch(result, { repeated: false, positions: [1, 2] }, 'the same append in both')
        if (can('snapshots')) {
          await right(store.saveSnapshot({ stream, version: 2, schemaVersion: 1, state: 'one' }))
          expectEqual((await right(other.readFromSnapshot(stream, 1))).snapshot, O.none, 'the snapshot in the other')
        }
        if (can('deleteStream')) await right(store.deleteStream(stream, 2))
        expectEqual((await right(other.readStream(stream))).events.length, 2, 'events in the other')
        await store.stop()
        const next = await right(other.append({ ...append, expected: 2, events: newEvents(1) }))
        expectEqual(next.version, 3, 'an append to the other after the first was stopped')
      })
    },
  ),
])
