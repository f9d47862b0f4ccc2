import type { Append, StreamName } from '@foldlog/core'
import { eventIdReused, streamDeleted, versionConflict } from '@foldlog/core/store'
import { expectEqual, expectMatch, expectTrue } from '../../internal/expectations.ts'
import {
  concurrently,
  createDeletedStream,
  createStream,
  expectInvalidInput,
  freshStream,
  left,
  newEvent,
  newEvents,
  readWholeLog,
  right,
  settledPositionOf,
  untyped,
  whileRunning,
  yieldToOthers,
} from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import type { LawContext } from './LawContext.ts'
import { law } from './storeLaw.ts'

/** Runs a refused call, and expects that every stream and the log stay as they were. */
const leavesAll = async <A>(
  store: LawContext['store'],
  appends: ReadonlyArray<Append>,
  refusal: () => Promise<A>,
): Promise<A> => {
  const infos = () => Promise.all(appends.map(({ stream }) => right(store.streamInfo(stream))))
  const before = await infos()
  const head = await settledPositionOf(store)
  const outcome = await refusal()
  expectEqual(await infos(), before, 'a refused appendAll leaves every stream as it was')
  expectEqual(await readWholeLog(store, { after: head }), [], 'a refused appendAll leaves the log as it was')
  return outcome
}

const refusalOf = (store: LawContext['store'], appends: ReadonlyArray<Append>) =>
  leavesAll(store, appends, () => left(store.appendAll(appends)))

export const appendAll = groupOf(
  'appendAll',
  [
    law('appendAll stores every part; the results are in the order of the appends', async ({ store }) => {
      const open = await createStream(store, 2, 'zebra')
      const fresh = freshStream('ant')
      const head = await settledPositionOf(store)
      const results = await right(
        store.appendAll([
          { stream: open, expected: 2, events: newEvents(2) },
          { stream: fresh, expected: 'noStream', events: newEvents(3) },
        ]),
      )
      const reported = [
        { stream: open, firstVersion: 3, version: 4, repeated: false },
        { stream: fresh, firstVersion: 1, version: 3, repeated: false },
      ]
      expectMatch(results, reported, 'results')
      const events = await readWholeLog(store, { after: head })
      expectEqual(
        events.map(({ stream, position }) => [stream, position]),
        results.flatMap(({ stream, positions }) => positions.map((position) => [stream, position])),
        'the log',
      )
      expectTrue(
        new Set([...events, ...results].map(({ recordedAt }) => recordedAt.getTime())).size === 1,
        'all parts have one recordedAt',
      )
    }),

    law('appendAll of one append returns what append returns', async ({ store }) => {
      const append = { stream: freshStream(), expected: 'noStream', events: newEvents(2) } as const
      const [result, ...others] = await right(store.appendAll([append]))
      expectEqual(others, [], 'further results')
      expectMatch(result, { stream: append.stream, firstVersion: 1, version: 2, repeated: false }, 'the result')
      expectEqual((await right(store.readStream(append.stream))).version, 2, 'the version of the stream')
    }),

    law('appendAll writes nothing when any part conflicts', async ({ store }) => {
      const open = await createStream(store, 3)
      const good = (): Append => ({ stream: freshStream(), expected: 'noStream', events: newEvents(2) })
      const conflicting: Append = { stream: open, expected: 2, events: newEvents(1) }
      for (const appends of [
        [conflicting, good()],
        [good(), conflicting],
        [good(), good(), conflicting, good()],
      ]) {
        expectEqual(await refusalOf(store, appends), versionConflict(open, 2, 3), 'the error')
      }
    }),

    law(
      'appendAll writes nothing when one stream is deleted',
      async ({ store }) => {
        const deleted = await createDeletedStream(store, 1)
        const good = (): Append => ({ stream: freshStream(), expected: 'noStream', events: newEvents(2) })
        const gone: Append = { stream: deleted, expected: 'any', events: newEvents(1) }
        expectEqual(await refusalOf(store, [good(), gone, good()]), streamDeleted(deleted), 'the error')
      },
      'deleteStream',
    ),

    law('appendAll reports all parts that conflict, in order', async ({ store }) => {
      const [one, two] = [await createStream(store, 3), await createStream(store, 1)]
      const parts: ReadonlyArray<Append> = [
        { stream: one, expected: 'noStream', events: newEvents(1) },
        { stream: freshStream(), expected: 'noStream', events: newEvents(1) },
        { stream: two, expected: 2, events: newEvents(1) },
      ]
      const others = [{ stream: two, expected: 2, actual: 1 }]
      expectEqual(await refusalOf(store, parts), { ...versionConflict(one, 'noStream', 3), others }, 'the error')
    }),

    law(
      'appendAll reports a deleted stream, else a reused id, else conflicts, in whatever part',
      async ({ store }) => {
        const open = await createStream(store, 3)
        const deleted = await createDeletedStream(store, 1)
        const [used] = (await right(store.readStream(open))).events
        const conflicting: Append = { stream: open, expected: 'noStream', events: newEvents(1) }
        const reusing: Append = {
          stream: freshStream(),
          expected: 'any',
          events: used ? [{ ...newEvent(), id: used.id }] : [],
        }
        const gone: Append = { stream: deleted, expected: 'any', events: newEvents(1) }
        for (const order of [
          [conflicting, reusing, gone],
          [gone, reusing, conflicting],
          [reusing, gone],
        ]) {
          expectEqual(await refusalOf(store, order), streamDeleted(deleted), 'a deleted stream')
        }
        const reuse = eventIdReused(reusing.stream, reusing.events[0]?.id ?? untyped(undefined))
        for (const order of [
          [conflicting, reusing],
          [reusing, conflicting],
        ]) {
          expectEqual(await refusalOf(store, order), reuse, 'a reused id')
        }
      },
      'deleteStream',
      'idempotence',
    ),

    law('appendAll refuses the same stream twice, the same id twice, and an empty list', async ({ store }) => {
      const stream = freshStream()
      const event = newEvent()
      const sameStream: ReadonlyArray<Append> = [
        { stream, expected: 'any', events: newEvents(1) },
        { stream, expected: 'any', events: newEvents(1) },
      ]
      const sameId: ReadonlyArray<Append> = [
        { stream, expected: 'any', events: [event] },
        { stream: freshStream(), expected: 'any', events: [event] },
      ]
      for (const appends of [sameStream, sameId, []]) {
        await leavesAll(store, appends, () =>
          expectInvalidInput(store.appendAll(appends), `${appends.length} parts`, 'append'),
        )
      }
    }),

    law('a concurrent reader sees all parts of an appendAll or none', async ({ store, other }) => {
      // The same pair always together: a reader that finds one stream further than the other, in this order, has seen a
      // half.
      const [first, second] = [freshStream(), freshStream()]
      const write = async () => {
        for (let version = 0; version < 60; version++) {
          await right(
            store.appendAll([
              { stream: second, expected: version, events: newEvents(1) },
              { stream: first, expected: version, events: newEvents(1) },
            ]),
          )
          await yieldToOthers()
        }
      }
      await whileRunning(write(), async (isOver) => {
        while (!isOver()) {
          const one = (await right(other.streamInfo(first))).version
          const two = (await right(other.streamInfo(second))).version
          expectTrue(two >= one, `a stream has version ${one}, then the stream written with it has version ${two}`)
          await yieldToOthers()
        }
      })
    }),

    law('appendAll finds no deadlock in 100 rounds of opposite orders', async ({ store, other }) => {
      // Many calls at once, some of them on new streams: locks taken one after another in different orders would
      // deadlock.
      const freshStreams = () => Array.from({ length: 12 }, () => freshStream('opposite'))
      const old = freshStreams()
      const appendTo = (to: LawContext['store'], streams: ReadonlyArray<StreamName>) =>
        right(to.appendAll(streams.map((stream) => ({ stream, expected: 'any', events: newEvents(1) }))))
      for (let round = 0; round < 100; round++) {
        const streams = [...old, ...freshStreams()]
        await Promise.all([
          appendTo(store, streams),
          appendTo(other, [...streams].reverse()),
          appendTo(store, [...streams.slice(6), ...old.slice(0, 6)]),
        ])
      }
      const versions = await concurrently(old.length, async (i) => {
        const info = await right(store.streamInfo(old[i] ?? freshStream()))
        return info.version
      })
      expectEqual(
        versions,
        old.map(() => 300),
        'versions',
      )
    }),
  ],
  'appendAll',
)
