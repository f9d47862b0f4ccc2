import type { Append, NewEvent } from '@foldlog/core'
import { eventIdReused, streamDeleted } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { expectEqual } from '../../internal/expectations.ts'
import {
  concurrently,
  freshStream,
  historyOf,
  left,
  newEvent,
  newEvents,
  numbersTo,
  readWholeLog,
  right,
  settledPositionOf,
} from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import type { LawContext } from './LawContext.ts'
import { law } from './storeLaw.ts'

/** A stream of three appends, another stream, and everything that they were made of. */
const stored = async (store: LawContext['store']) => {
  const events = (text: string) => [...text].map((letter) => newEvent(letter))
  const [abc, de, fg, apart] = [events('abc'), events('de'), events('fg'), newEvent('apart')]
  const [stream, elsewhere] = [freshStream(), freshStream()]
  const first: Append = { stream, expected: 'noStream', events: abc }
  const second: Append = { stream, expected: 3, events: de }
  for (const append of [first, second, { stream, expected: 5, events: fg } as const]) await right(store.append(append))
  await right(store.append({ stream: elsewhere, expected: 'noStream', events: [apart] }))
  const [n, m] = [newEvent('n'), newEvent('m')]
  const all = new Map([...abc, ...de, ...fg, n, m].map((event) => [event.data, event]))
  all.set('*', apart)
  // The letters are those above.
  const named = (text: string): ReadonlyArray<NewEvent> => [...text].map((letter) => all.get(letter) as NewEvent)
  return { stream, elsewhere, first, second, named }
}

/** `n` and `m` are new, `*` is in another stream. The last is the event whose id the error names. */
const overlaps: ReadonlyArray<readonly [string, appended: string, reused: string]> = [
  ['its beginning', 'ab', 'a'],
  ['its end', 'bc', 'b'],
  ['its last', 'c', 'c'],
  ['its middle', 'b', 'b'],
  ['another order', 'acb', 'a'],
  ['the reverse', 'cba', 'c'],
  ['a hole', 'ac', 'a'],
  ['one more behind', 'abcn', 'a'],
  ['one more before', 'nabc', 'a'],
  ['one more within', 'anbc', 'a'],
  ['two appends as one', 'abcde', 'a'],
  ['the end of one and the beginning of the next', 'cd', 'c'],
  ['the first of one append and the last of the next', 'dg', 'd'],
  ['a repeated append and an event of another stream', 'de*', 'd'],
  ['new ones, then known ones', 'nme', 'e'],
  ['new ones around a known one', 'ncm', 'c'],
  ['an event of another stream', '*', '*'],
  ['new ones, then one of another stream', 'nm*', '*'],
]

export const idempotence = groupOf(
  'idempotence',
  [
    law('repeating an append returns the first result, marked as repeated, and writes nothing', async ({ store }) => {
      const { stream, first, second, named } = await stored(store)
      const other = { type: 'Other', data: 'other' }
      const repeats: ReadonlyArray<readonly [string, Append]> = [
        ['the same append', first],
        ['the same append of a later place', second],
        ['with any expected version', { ...first, expected: 'any' }],
        ['with an expected version that is right by now', { ...first, expected: 7 }],
        ['with an expected version that was never right', { ...first, expected: 4711 }],
        ['with other data', { ...first, events: named('abc').map((event) => ({ ...event, ...other })) }],
      ]
      const before = await right(store.readStream(stream))
      const head = await settledPositionOf(store)
      for (const [how, append] of repeats) {
        const events = before.events.filter(({ id }) => append.events.some((event) => event.id === id))
        const firstResult = {
          stream,
          firstVersion: events.at(0)?.version,
          version: events.at(-1)?.version,
          positions: events.map(({ position }) => position),
          recordedAt: events.at(0)?.recordedAt,
          repeated: true,
          history: await historyOf(store),
        }
        expectEqual(await right(store.append(append), how), firstResult, how)
        expectEqual(await right(store.readStream(stream)), before, `${how}: the stream`)
        expectEqual(await settledPositionOf(store), head, `${how}: the head of the log`)
      }
    }),

    law('an append that has ids of earlier appends otherwise is a reuse of the first known id', async ({ store }) => {
      const { stream, named } = await stored(store)
      const head = await settledPositionOf(store)
      for (const [what, appended, reused] of overlaps) {
        for (const expected of ['any', 7, 'noStream'] as const) {
          const reported = `${what}, expecting ${expected}`
          const error = await left(store.append({ stream, expected, events: named(appended) }), reported)
          expectEqual(error, eventIdReused(stream, named(reused)[0]?.id ?? newEvent().id), reported)
          expectEqual(await readWholeLog(store, { after: head }), [], `${reported}: written`)
        }
      }
    }),

    law(
      'an append of known ids to another stream is a reuse, and a missing stream stays missing',
      async ({ store }) => {
        const { elsewhere, first } = await stored(store)
        const missing = freshStream()
        for (const stream of [missing, elsewhere]) {
          for (const expected of ['any', 'noStream', 'streamExists', 3] as const) {
            const error = await left(store.append({ ...first, stream, expected }), `expecting ${expected}`)
            expectEqual(error, eventIdReused(stream, first.events[0]?.id ?? newEvent().id), `expecting ${expected}`)
          }
        }
        expectEqual((await right(store.streamInfo(missing))).status, 'missing', 'the missing stream')
      },
    ),

    law(
      'an append to a deleted stream finds it deleted, even when repeated, and its ids stay taken',
      async ({ store }) => {
        const [stream, elsewhere] = [freshStream(), freshStream()]
        const event = newEvent()
        const append: Append = { stream, expected: 'noStream', events: [event, newEvent()] }
        await right(store.append(append))
        await right(store.deleteStream(stream, 2))
        expectEqual(await left(store.append(append)), streamDeleted(stream), 'repeated')
        const error = await left(store.append({ ...append, stream: elsewhere }))
        expectEqual(error, eventIdReused(elsewhere, event.id), 'its ids in another stream')
      },
      'deleteStream',
    ),

    law('10 equal appends at once write once, and all return one result', async ({ store, other }) => {
      for (const round of numbersTo(10)) {
        const append: Append = { stream: freshStream(), expected: 'noStream', events: newEvents(3) }
        const results = await concurrently(10, (i) => right((i % 2 === 0 ? store : other).append(append)))
        expectEqual(
          results.filter(({ repeated }) => !repeated).length,
          1,
          `round ${round}: results that are not repeated`,
        )
        for (const result of results) {
          expectEqual({ ...result, repeated: true }, { ...results[0], repeated: true }, `round ${round}: a result`)
        }
        expectEqual((await right(store.readStream(append.stream))).events.length, 3, `round ${round}: events`)
      }
    }),

    law('one event that is appended to 10 streams at once gets into one of them', async ({ store, other }) => {
      for (const before of [0, 1]) {
        const event = newEvent()
        const streams = numbersTo(10).map(() => freshStream())
        const outcomes = await Promise.all(
          streams.map(async (stream, i) => {
            const events = [...newEvents(before), event]
            const outcome = await (i % 2 === 0 ? store : other).append({ stream, expected: 'any', events })()
            if (E.isLeft(outcome))
              expectEqual(outcome.left, eventIdReused(stream, event.id), 'the error of one that lost')
            return outcome
          }),
        )
        expectEqual(outcomes.filter(E.isRight).length, 1, 'winners')
        const infos = await Promise.all(streams.map((stream) => right(store.streamInfo(stream))))
        expectEqual(infos.filter(({ status }) => status === 'open').length, 1, 'open streams')
      }
    }),
  ],
  'idempotence',
)
