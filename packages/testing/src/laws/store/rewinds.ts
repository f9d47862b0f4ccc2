import type { Append, LogPosition } from '@foldlog/core'
import { logRewound, rewoundConflict, versionConflict } from '@foldlog/core/store'
import { option as O } from 'fp-ts'
import { expectEqual, expectMatch, expectTrue } from '../../internal/expectations.ts'
import {
  concurrently,
  createStream,
  freshStream,
  historyOf,
  left,
  newEvents,
  numbersTo,
  readToEnd,
  readWholeLog,
  right,
} from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { concurrentRewinds } from './concurrentRewinds.ts'
import { readAt } from './histories.ts'
import type { LawContext } from './LawContext.ts'
import { rewindPrograms } from './rewindPrograms.ts'
import { law } from './storeLaw.ts'

type Store = LawContext['store']

/** Appends `count` more events to a stream, one by one; expects the version that the stream has. */
const appendGrowing = async (store: Store, stream: Append['stream'], count: number): Promise<void> => {
  for (const _ of numbersTo(count)) {
    const { version } = await right(store.streamInfo(stream))
    await right(store.append({ stream, expected: version, events: newEvents(1) }))
  }
}

/**
 * Checks each position up to the last one of a history, over both connections. Positions up to `common` are valid
 * places, the others are not.
 */
const expectShared = async (
  { store, other }: LawContext,
  { position: last, history }: LogPosition,
  common: number | null,
): Promise<void> => {
  const { events, history: current } = await readToEnd(store)
  for (const position of [0, ...numbersTo(last)]) {
    const [place, what] = [{ position, history }, `position ${position} of ${last} of ${history}`]
    for (const handle of [store, other]) {
      if (position <= (common ?? 0)) {
        const behind = events.filter((event) => event.position > position).slice(0, 1)
        expectEqual((await right(readAt(handle, place), what)).events, behind, what)
      } else expectEqual(await left(readAt(handle, place), what), logRewound(position, history, current, common), what)
    }
  }
}

const currentPlace = async (store: Store): Promise<LogPosition> => {
  const { head, history } = await readToEnd(store)
  return { position: head, history }
}

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

export const rewinds = groupOf(
  'rewinds',
  [
    law(
      'a rewind takes back everything later; then the log grows on from there',
      async ({ store, other, rewinding }) => {
        const stream = await createStream(store, 3)
        const kept = await readWholeLog(store)
        const restore = await rewinding.backup()
        const lost = freshStream()
        const next: Append = { stream: lost, expected: 'noStream', events: newEvents(2) }
        const first = await right(store.append(next))
        await appendGrowing(other, stream, 2)
        await restore()
        for (const handle of [store, other]) {
          expectEqual(await readWholeLog(handle), kept, 'the log')
          expectEqual((await right(handle.readStream(stream))).events, kept, 'the stream')
          expectEqual((await right(handle.streamInfo(lost))).status, 'missing', 'a stream that began later')
        }
        const second = await right(other.append(next))
        expectMatch(second, { firstVersion: 1, version: 2, repeated: false }, 'the same append again')
        expectTrue(second.history !== first.history, `it is in a new history, it is in ${second.history}`)
        expectEqual((await readWholeLog(store)).slice(0, kept.length), kept, 'the log up to there')
      },
    ),

    law(
      'a rewind keeps the places of the shared log, and names the last shared position for others',
      async (subject) => {
        const { store, rewinding } = subject
        await createStream(store, 4)
        const kept = await currentPlace(store)
        const restore = await rewinding.backup()
        await createStream(store, 3)
        const lost = await currentPlace(store)
        await restore()
        await expectShared(subject, lost, kept.position)
        // From here on other events have the lost positions.
        await createStream(store, 5)
        expectTrue((await historyOf(store)) !== lost.history, 'the log is in a new history')
        await expectShared(subject, lost, kept.position)
      },
    ),

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

    law('successive rewinds share only the part that none of them has taken', async (subject) => {
      const { store, rewinding } = subject
      await createStream(store, 6)
      const first = await currentPlace(store)
      const restoreFirst = await rewinding.backup()
      await createStream(store, 3)
      const lost = await currentPlace(store)
      await restoreFirst()
      await createStream(store, 1)
      const second = await currentPlace(store)
      const restoreSecond = await rewinding.backup()
      await createStream(store, 4)
      const lostNext = await currentPlace(store)
      await restoreSecond()
      await createStream(store, 9)
      await expectShared(subject, lost, first.position)
      await expectShared(subject, lostNext, second.position)
      await expectShared(subject, await currentPlace(store), (await currentPlace(store)).position)
    }),

    law('two rewinds to one backup share nothing beyond it', async (subject) => {
      const { store, rewinding } = subject
      await createStream(store, 3)
      const kept = await currentPlace(store)
      const restore = await rewinding.backup()
      await createStream(store, 3)
      const first = await currentPlace(store)
      await restore()
      await createStream(store, 3)
      const second = await currentPlace(store)
      await restore()
      await createStream(store, 5)
      const third = await currentPlace(store)
      expectEqual(
        new Set([first, second, third].map(({ history }) => history)).size,
        3,
        'how many histories there were',
      )
      await expectShared(subject, first, kept.position)
      // The backup was made before the second history began, so the log does not know that history.
      await expectShared(subject, second, null)
    }),

    law(
      'a rewind leaves no snapshot of lost events, and none that blocks others',
      async (subject) => {
        const { store, other, rewinding } = subject
        const stream = await createStream(store, 2)
        const shared = { stream, version: 2, schemaVersion: 1, state: 'shared' }
        const keptOf = async (schemaVersion = 1) =>
          (await right(other.readFromSnapshot(stream, schemaVersion))).snapshot
        const restore = await rewinding.backup()
        await appendGrowing(store, stream, 3)
        const { history } = await right(store.readStream(stream))
        await right(store.saveSnapshot({ stream, version: 5, schemaVersion: 1, state: 'gone', history }))
        await restore()
        expectEqual(await keptOf(), O.none, 'what is kept after the rewind')
        await appendGrowing(store, stream, 3)
        expectEqual(await keptOf(), O.none, 'what is kept when the version is there again')
        await right(store.saveSnapshot({ stream, version: 5, schemaVersion: 1, state: 'gone', history }))
        expectEqual(await keptOf(), O.none, 'what is kept of a fold over events that are gone')
        await right(store.saveSnapshot({ ...shared, history }))
        expectEqual(await keptOf(), O.some(shared), 'what is kept of a fold over events that are shared')
        const now = { stream, version: 4, schemaVersion: 2, state: 'now' }
        await right(store.saveSnapshot({ ...now, history: await historyOf(store) }))
        expectEqual(await keptOf(2), O.some(now), 'what is kept of a fold over events that are there')
      },
      'snapshots',
    ),

    rewindPrograms,
    concurrentRewinds,
  ],
  'rewinds',
)
