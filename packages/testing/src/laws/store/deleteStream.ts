import type { ExpectedVersion } from '@foldlog/core'
import { streamDeleted, streamNotFound, versionConflict } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { expectEqual } from '../../internal/expectations.ts'
import {
  concurrently,
  createDeletedStream,
  createStream,
  freshStream,
  left,
  newEvents,
  numbersTo,
  readStreamFromLog,
  right,
} from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { law } from './storeLaw.ts'

const all: ReadonlyArray<ExpectedVersion> = ['any', 'noStream', 'streamExists', 0, 2, 3, 4]
const right3: ReadonlyArray<ExpectedVersion> = ['any', 'streamExists', 3]

export const deleteStream = groupOf(
  'deleteStream',
  [
    law('a missing stream is not found, whatever is expected', async ({ store }) => {
      for (const expected of all) {
        const stream = freshStream()
        expectEqual(
          await left(store.deleteStream(stream, expected), `expecting ${expected}`),
          streamNotFound(stream),
          `expecting ${expected}`,
        )
        expectEqual((await right(store.streamInfo(stream))).status, 'missing', `expecting ${expected}: status`)
      }
    }),

    law('a deleted stream is already deleted, whatever is expected', async ({ store }) => {
      const stream = await createDeletedStream(store, 3)
      for (const expected of all) {
        expectEqual(
          await left(store.deleteStream(stream, expected), `expecting ${expected}`),
          streamDeleted(stream),
          `expecting ${expected}`,
        )
      }
    }),

    law('a stream that is as expected is deleted, and its last version is returned', async ({ store }) => {
      for (const expected of right3) {
        const stream = await createStream(store, 3)
        const info = { stream, status: 'deleted', version: 3 }
        expectEqual(
          await right(store.deleteStream(stream, expected), `expecting ${expected}`),
          info,
          `expecting ${expected}`,
        )
        expectEqual(await right(store.streamInfo(stream)), info, `expecting ${expected}: streamInfo`)
      }
    }),

    law('a stream that is not as expected is a conflict, and stays', async ({ store }) => {
      for (const expected of all.filter((one) => !right3.includes(one))) {
        const stream = await createStream(store, 3)
        const conflict = versionConflict(stream, expected, 3)
        expectEqual(
          await left(store.deleteStream(stream, expected), `expecting ${expected}`),
          conflict,
          `expecting ${expected}`,
        )
        expectEqual((await right(store.readStream(stream))).events.length, 3, `expecting ${expected}: events`)
      }
    }),

    law('a deletion is final: no read, no append; other streams do not change', async ({ store }) => {
      const stream = await createStream(store, 3, 'gone')
      const neighbour = await createStream(store, 2, 'gone')
      await right(store.deleteStream(stream, 3))
      const deleted = streamDeleted(stream)
      expectEqual(await left(store.readStream(stream)), deleted, 'readStream')
      for (const expected of all) {
        expectEqual(
          await left(store.append({ stream, expected, events: newEvents(1) })),
          deleted,
          `append, expecting ${expected}`,
        )
      }
      expectEqual(await left(store.readStream(stream)), deleted, 'readStream again')
      expectEqual((await readStreamFromLog(store, stream)).length, 3, 'its events in the log')
      expectEqual((await right(store.readStream(neighbour))).events.length, 2, 'events of its neighbour')
    }),

    law(
      'a deletion removes the snapshots, and none can be saved afterwards',
      async ({ store }) => {
        const stream = await createStream(store, 3)
        await right(store.saveSnapshot({ stream, version: 3, schemaVersion: 1, state: 'old' }))
        await right(store.deleteStream(stream, 3))
        expectEqual(await left(store.readFromSnapshot(stream, 1)), streamDeleted(stream), 'readFromSnapshot')
        await right(store.saveSnapshot({ stream, version: 3, schemaVersion: 1, state: 'new' }))
        expectEqual(await left(store.readFromSnapshot(stream, 1)), streamDeleted(stream), 'after another was saved')
      },
      'snapshots',
    ),

    law('one of 8 concurrent deletions succeeds, the others find the stream deleted', async ({ store, other }) => {
      for (const round of numbersTo(10)) {
        const stream = await createStream(store, 2)
        const outcomes = await concurrently(8, (i) => (i % 2 === 0 ? store : other).deleteStream(stream, 2)())
        expectEqual(outcomes.filter(E.isRight).length, 1, `round ${round}: successes`)
        for (const late of outcomes.filter(E.isLeft))
          expectEqual(late.left, streamDeleted(stream), `round ${round}: a late one`)
      }
    }),

    law(
      'an append beside a deletion comes before it or is refused, and the returned version is the last',
      async (subject) => {
        const { store, other } = subject
        for (const round of numbersTo(20)) {
          const stream = await createStream(store, 1)
          const append = (i: number) =>
            (i % 2 === 0 ? store : other).append({ stream, expected: 'any', events: newEvents(1) })()
          const before = concurrently(4, append)
          const deleting = right(store.deleteStream(stream, 'any'))
          const [{ version }, ...appended] = await Promise.all([deleting, before, concurrently(3, append)])
          const appends = appended.flat()
          for (const refused of appends.filter(E.isLeft))
            expectEqual(refused.left, streamDeleted(stream), `round ${round}: refused`)
          expectEqual(version, 1 + appends.filter(E.isRight).length, `round ${round}: version reported`)
          expectEqual((await readStreamFromLog(store, stream)).length, version, `round ${round}: events in the log`)
        }
      },
    ),
  ],
  'deleteStream',
)
