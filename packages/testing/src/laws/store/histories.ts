import { type Append, type HistoryId, LogPosition } from '@foldlog/core'
import { logRewound, rewoundConflict, streamDeleted, versionConflict } from '@foldlog/core/store'
import fc from 'fast-check'
import { either as E, option as O } from 'fp-ts'
import { expectEqual, expectTrue } from '../../internal/expectations.ts'
import { forAll } from '../../internal/forAll.ts'
import {
  createDeletedStream,
  createStream,
  expectInvalidInput,
  freshStream,
  historyOf,
  left,
  newEvents,
  readToEnd,
  readWholeLog,
  right,
  settledPositionOf,
  untyped,
} from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import type { LawContext } from './LawContext.ts'
import { law } from './storeLaw.ts'

/** Checks whether a place is valid: reads one event behind it. */
export const readAt = ({ readLog }: LawContext['store'], { position, history }: LogPosition) =>
  readLog({ after: position, history, count: 1 })

/** Runs a body with the history of another log, which has events too. */
const withForeign = ({ withFresh }: LawContext, body: (foreign: HistoryId) => Promise<void>): Promise<void> =>
  withFresh(async ({ store }) => {
    await createStream(store, 5)
    await body(await historyOf(store))
  })

const badHistories = [null, 7, '', 'two words', 'x'.repeat(65), "a'b", '\u0000', {}, ['a']]

/** A step of writers and readers without rewinds: `stream` is one of three, `by` one of two connections. */
const steps = fc.array(
  fc.record({
    ask: fc.constantFrom('append', 'append', 'readLog', 'readStream'),
    by: fc.boolean(),
    stream: fc.nat(2),
    count: fc.integer({ min: 1, max: 4 }),
  }),
  { minLength: 1, maxLength: 25 },
)

export const histories = groupOf('histories', [
  law('a log that is never rewound has one history, which every answer names', async ({ store, other, can }) => {
    const append: Append = { stream: freshStream(), expected: 'any', events: newEvents(3) }
    const { stream } = append
    const { history } = await right(store.append(append))
    expectTrue(E.isRight(LogPosition.checkHistory(history)), `an append names a history, it is ${history}`)
    const answers: Array<readonly [string, { readonly history: HistoryId }]> = [
      ['another append', await right(other.append({ ...append, events: newEvents(1) }))],
      ['readStream', await right(other.readStream(stream, { from: 2, count: 1 }))],
      ['readStream of a missing stream', await right(store.readStream(freshStream()))],
      ['readLog', await right(other.readLog({ count: 1 }))],
      ['readLog at the end', await right(store.readLog({ after: await settledPositionOf(store) }))],
    ]
    if (can('idempotence')) answers.push(['a repeated append', await right(other.append(append))])
    if (can('appendAll')) {
      const parts = [freshStream(), freshStream()].map((of) => ({ ...append, stream: of, events: newEvents(1) }))
      for (const appended of await right(other.appendAll(parts))) answers.push(['appendAll', appended])
    }
    if (can('snapshots')) {
      answers.push(['readFromSnapshot', (await right(store.readFromSnapshot(stream, 1))).page])
      await right(store.saveSnapshot({ stream, version: 4, schemaVersion: 1, state: null }))
      answers.push(['readFromSnapshot at the end', (await right(other.readFromSnapshot(stream, 1))).page])
    }
    for (const [what, answer] of answers) expectEqual(answer.history, history, `the history that ${what} names`)
  }),

  law('two logs share no place but the beginning', async (subject) => {
    const { store, other } = subject
    await createStream(store, 3)
    const { events, head, history: current } = await readToEnd(store)
    await withForeign(subject, async (foreign) => {
      expectTrue(foreign !== current, `two logs have histories of their own, both are called ${current}`)
      for (const history of [foreign, 'nobody-knows-it', '0', 'x'.repeat(64)]) {
        for (const position of [1, head, head + 1, Number.MAX_SAFE_INTEGER]) {
          const error = await left(readAt(other, { position, history }), `position ${position} of ${history}`)
          expectEqual(error, logRewound(position, history, current, null), `position ${position} of ${history}`)
        }
        expectEqual(
          await readWholeLog(store, { history, after: 0 }),
          events,
          `the log, read from the beginning of ${history}`,
        )
      }
    })
  }),

  law('a history ends where the log ends: a place beyond it is invalid', async ({ store, can }) => {
    await createStream(store, 3)
    const { head, history } = await readToEnd(store)
    expectEqual((await right(readAt(store, { position: head, history }))).position, head, 'what is read at the end')
    const filters = can('filters') ? [{}, { filter: { types: ['Nothing'] } }] : [{}]
    for (const filtered of filters) {
      for (const after of [head + 1, Number.MAX_SAFE_INTEGER]) {
        const error = await left(store.readLog({ after, history, ...filtered }), `after ${after}`)
        expectEqual(error, logRewound(after, history, history, head), `after ${after}`)
      }
    }
  }),

  law('the history of another log refuses an append with an exact version, and no other append', async (subject) => {
    const { store, can } = subject
    await withForeign(subject, async (history) => {
      const stream = await createStream(store, 3)
      const before = await right(store.readStream(stream))
      const head = await settledPositionOf(store)
      const decided = (expected: Append['expected']): Append => ({ stream, expected, events: newEvents(1), history })
      expectEqual(await left(store.append(decided(3))), rewoundConflict(stream, 3, 3), 'at the version that was read')
      expectEqual(await left(store.append(decided(2))), versionConflict(stream, 2, 3), 'at another version')
      expectEqual(
        await left(store.append(decided('noStream'))),
        versionConflict(stream, 'noStream', 3),
        'expecting no stream',
      )
      if (can('appendAll')) {
        const parts = [{ ...decided('any'), stream: freshStream() }, decided(3)]
        expectEqual(await left(store.appendAll(parts)), rewoundConflict(stream, 3, 3), 'in one part of several')
      }
      if (can('deleteStream')) {
        const gone = await createDeletedStream(store, 3)
        expectEqual(
          await left(store.append({ ...decided(3), stream: gone })),
          streamDeleted(gone),
          'to a deleted stream',
        )
      }
      expectEqual(await right(store.readStream(stream)), before, 'the stream')
      expectEqual(
        (await readWholeLog(store, { after: head })).filter((event) => event.stream === stream),
        [],
        'the log',
      )
      // These expected versions claim nothing about an earlier read.
      for (const append of [decided('any'), decided('streamExists')]) await right(store.append(append), 'any version')
      for (const expected of ['noStream', 0] as const) {
        await right(store.append({ ...decided(expected), stream: freshStream() }), 'a new stream')
      }
    })
  }),

  law(
    'a repeated append is not compared with the history',
    async (subject) => {
      const { store } = subject
      const stream = await createStream(store, 3)
      const append: Append = { stream, expected: 3, events: newEvents(2) }
      const first = await right(store.append({ ...append, history: await historyOf(store) }))
      await withForeign(subject, async (history) => {
        expectEqual(
          await right(store.append({ ...append, history })),
          { ...first, repeated: true },
          'with another history',
        )
      })
    },
    'idempotence',
  ),

  law(
    'a snapshot of another log’s history is not saved',
    async (subject) => {
      const { store } = subject
      const snapshot = { stream: await createStream(store, 3), version: 2, schemaVersion: 1, state: 'folded' }
      const keptOf = async () => (await right(store.readFromSnapshot(snapshot.stream, 1))).snapshot
      await withForeign(subject, async (history) => {
        await right(store.saveSnapshot({ ...snapshot, history }))
        expectEqual(await keptOf(), O.none, 'what is kept')
        await right(store.saveSnapshot({ ...snapshot, history: await historyOf(store) }))
        await right(store.saveSnapshot({ ...snapshot, version: 3, state: 'of another', history }))
        expectEqual(await keptOf(), O.some(snapshot), 'what is kept of this log')
      })
    },
    'snapshots',
  ),

  law(
    'a remembered place never raises a false alarm: it is valid, and decisions on it are accepted',
    async ({ runs, withFresh }) => {
      await forAll(steps, runs(30), (all) =>
        withFresh(async ({ store, other }) => {
          const streams = [freshStream(), freshStream(), freshStream()]
          const places: Array<LogPosition> = [{ position: 0, history: await historyOf(store) }]
          for (const { ask, by, stream: nth, count } of all) {
            const [handle, stream] = [by ? store : other, streams[nth] ?? freshStream()]
            const { version, history } = await right(handle.readStream(stream, { count }))
            if (ask === 'append') {
              const append = { stream, expected: version, events: newEvents(count), history }
              const appended = await right(handle.append(append), 'an append to what was just read')
              for (const position of appended.positions) places.push({ position, history: appended.history })
            } else if (ask === 'readLog') {
              const last = places.at(-1)
              if (last !== undefined) places.push(await right(readAt(handle, last), 'a read of what follows a place'))
            }
            for (const place of places) {
              await right(readAt(by ? other : store, place), `position ${place.position} of ${place.history}`)
            }
          }
        }),
      )
    },
  ),

  law('an invalid name of a history is refused', async ({ store, can }) => {
    const stream = await createStream(store, 3)
    for (const bad of badHistories) {
      const [what, history] = [`a history of type ${typeof bad}`, untyped(bad)]
      for (const after of [0, 1]) await expectInvalidInput(store.readLog({ after, history }), what, 'history')
      for (const expected of ['any', 'noStream', 3] as const) {
        await expectInvalidInput(store.append({ stream, expected, events: newEvents(1), history }), what, 'history')
      }
      if (!can('snapshots')) continue
      const snapshot = { stream, version: 1, schemaVersion: 1, state: null, history }
      await expectInvalidInput(store.saveSnapshot(snapshot), what, 'history')
    }
    expectEqual((await right(store.streamInfo(stream))).version, 3, 'the version of the stream')
  }),
])
