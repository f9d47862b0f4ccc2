import type { Append } from '@foldlog/core'
import { rewoundConflict, versionConflict } from '@foldlog/core/store'
import { expectEqual, expectMatch, expectTrue } from '../../internal/expectations.ts'
import { concurrently, createStream, freshStream, left, newEvents, readWholeLog, right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import type { LawContext } from './LawContext.ts'
import { appendGrowing } from './rewindFixtures.ts'
import { law } from './storeLaw.ts'

/**
 * A stream that was read at version 3 before the log was rewound, and has version 3 again, with other events. The first
 * of them is shared.
 */
const reachedAgain = async ({ store, other, rewinding }: LawContext) => {
  const stream = await createStream(store, 1)
  const restore = await rewinding.backup()
  await appendGrowing(store, stream, 2)
  const before = await right(other.readStream(stream))
  await restore()
  await appendGrowing(store, stream, 2)
  const now = await right(store.readStream(stream))
  expectEqual([before.version, now.version], [3, 3], 'the version, before and now')
  return { stream, before, now }
}

export const rewoundAppends = groupOf(
  'rewinds',
  [
    law('an append decided before a rewind is refused, although the version is there again', async (subject) => {
      const { store, other, can } = subject
      const { stream, before, now } = await reachedAgain(subject)
      const log = await readWholeLog(store)
      const decided: Append = { stream, expected: 3, events: newEvents(1), history: before.history }
      for (const handle of [store, other]) {
        expectEqual(await left(handle.append(decided)), rewoundConflict(stream, 3, 3), 'the decision')
        expectEqual(
          await left(handle.append({ ...decided, expected: 2 })),
          versionConflict(stream, 2, 3),
          'of another version',
        )
        if (!can('appendAll')) continue
        const parts = [{ stream: freshStream(), expected: 'noStream', events: newEvents(1) } as const, decided]
        expectEqual(await left(handle.appendAll(parts)), rewoundConflict(stream, 3, 3), 'in one part of several')
      }
      expectEqual(await readWholeLog(store), log, 'the log')
      const anew = await right(other.append({ ...decided, history: now.history }), 'the same, read anew')
      expectMatch(anew, { version: 4, repeated: false, history: now.history }, 'the same, read anew')
    }),

    law('an append decided before a rewind is refused beside others, and never the others', async (subject) => {
      const { store, other } = subject
      const { stream, before } = await reachedAgain(subject)
      const outcomes = await concurrently(20, (i) => {
        const handle = i % 2 === 0 ? store : other
        const late = i % 4 < 2
        return handle.append({
          stream: late ? stream : freshStream(),
          expected: late ? 3 : 'noStream',
          events: newEvents(1),
          history: before.history,
        })()
      })
      expectEqual(
        outcomes.map(({ _tag }) => _tag),
        outcomes.map((_, i) => (i % 4 < 2 ? 'Left' : 'Right')),
        'the outcomes',
      )
      expectEqual((await right(store.streamInfo(stream))).version, 3, 'the version of the stream')
    }),

    law('an append decided on the shared log is accepted', async ({ store, other, rewinding }) => {
      const streams = [await createStream(store, 3), await createStream(store, 3), await createStream(store, 3)]
      const decided = await Promise.all(streams.map((stream) => right(other.readStream(stream))))
      const restore = await rewinding.backup()
      await appendGrowing(store, streams[0] ?? freshStream(), 1)
      await createStream(store, 2)
      await restore()
      // The first one is the first append after the rewind; the others come later.
      for (const { stream, version, history } of decided) {
        const appended = await right(store.append({ stream, expected: version, events: newEvents(1), history }))
        expectMatch(appended, { version: 4, repeated: false }, 'the append')
        expectTrue(appended.history !== history, 'it is in the new history')
      }
    }),

    law(
      'an append that is kept is repeated, and one that is lost is stored again',
      async ({ store, rewinding }) => {
        const stream = freshStream()
        const kept: Append = { stream, expected: 'noStream', events: newEvents(1) }
        const { history } = await right(store.append(kept))
        const restore = await rewinding.backup()
        const lost: Append = { stream, expected: 1, events: newEvents(2), history }
        const first = await right(store.append(lost))
        await restore()
        expectMatch(
          await right(store.append({ ...kept, history })),
          { version: 1, repeated: true },
          'the one that is kept',
        )
        const again = await right(store.append(lost))
        expectMatch(again, { version: 3, repeated: false }, 'the one that is lost')
        expectEqual(await right(store.append(lost)), { ...again, repeated: true }, 'the same, sent again')
        expectTrue(again.history !== first.history, 'it is in the new history')
      },
      'idempotence',
    ),
  ],
  'rewinds',
)
