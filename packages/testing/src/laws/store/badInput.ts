import type { taskEither as TE } from 'fp-ts'
import { expectEqual } from '../../internal/expectations.ts'
import {
  createStream,
  expectInvalidInput,
  freshStream,
  newEvents,
  right,
  settledPositionOf,
  untyped,
} from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import type { LawContext } from './LawContext.ts'
import { law } from './storeLaw.ts'

const noCounts = [0, -1, 1.5, 10_001, Number.NaN, Number.POSITIVE_INFINITY, '1', null, 1n]
const noPlaces = [-1, 1.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, '1', null, 1n]
const noNameLists = [[], '', 'name', [''], ['a', ''], [1], [null], [undefined], ['\u0000'], ['\ud83d'], null, 7, {}]
const noExpectations = [-1, 1.5, 2 ** 53, Number.NaN, '', '0', 'exists', 'Any', null, undefined, 1n, {}, ['any']]
const noObjects = [undefined, null, 'text', 7, true]

/** Expects an error value: no exception, no rejected promise, and nothing written. */
const invalidIn =
  ({ store }: LawContext) =>
  async <L, A>(task: TE.TaskEither<L, A>, given: unknown, part?: string): Promise<void> => {
    const what = `${part ?? 'argument'} of type ${typeof given}`
    const head = await settledPositionOf(store)
    await expectInvalidInput(task, what, part)
    expectEqual(await settledPositionOf(store), head, `${what}: the head of the log`)
  }

export const badInput = groupOf('invalid arguments', [
  law('append refuses a value that is not an object, or has parts missing', async (subject) => {
    const invalid = invalidIn(subject)
    for (const none of [...noObjects, {}, [], { expected: 'any', events: newEvents(1) }]) {
      await invalid(subject.store.append(untyped(none)), none)
    }
  }),

  law(
    'appendAll refuses a value that is not an array, or has an element that is not an append',
    async (subject) => {
      const invalid = invalidIn(subject)
      const { appendAll } = subject.store
      for (const none of [...noObjects, {}]) {
        const good = { stream: freshStream(), expected: 'any', events: newEvents(1) }
        await invalid(appendAll(untyped(none)), none)
        await invalid(appendAll(untyped([none])), none)
        await invalid(appendAll(untyped([good, none])), none)
      }
    },
    'appendAll',
  ),

  law('append refuses a bad list of events', async (subject) => {
    const [one] = newEvents(1)
    for (const events of [...noObjects, [], {}, { length: 1, 0: one }, new Array(2), new Set([one])]) {
      const append = subject.store.append(untyped({ stream: freshStream(), expected: 'any', events }))
      await invalidIn(subject)(append, events)
    }
  }),

  law('append refuses a bad expected version', async (subject) => {
    const stream = await createStream(subject.store, 1)
    for (const expected of noExpectations) {
      const append = subject.store.append(untyped({ stream, expected, events: newEvents(1) }))
      await invalidIn(subject)(append, expected)
    }
  }),

  law(
    'deleteStream refuses a bad expected version',
    async (subject) => {
      const stream = await createStream(subject.store, 1)
      for (const expected of noExpectations) {
        await invalidIn(subject)(subject.store.deleteStream(stream, untyped(expected)), expected, 'expected')
      }
      expectEqual((await right(subject.store.streamInfo(stream))).status, 'open', 'the stream')
    },
    'deleteStream',
  ),

  law('readStream refuses a bad version, count or direction', async (subject) => {
    const invalid = invalidIn(subject)
    const stream = await createStream(subject.store, 1)
    const read = (options: object | null) => subject.store.readStream(stream, untyped(options))
    for (const from of noPlaces) await invalid(read({ from }), from, 'from')
    for (const count of noCounts) await invalid(read({ count }), count, 'count')
    for (const direction of ['', 'up', 'Forward', null, 1]) await invalid(read({ direction }), direction, 'direction')
    await invalid(read(null), null)
  }),

  law('readLog refuses a bad position or count', async (subject) => {
    const invalid = invalidIn(subject)
    const read = (options: object | null) => subject.store.readLog(untyped(options))
    for (const after of noPlaces) await invalid(read({ after }), after, 'after')
    for (const count of noCounts) await invalid(read({ count }), count, 'count')
    await invalid(read(null), null)
  }),

  law(
    'readLog refuses a bad filter',
    async (subject) => {
      const invalid = invalidIn(subject)
      const read = (filter: unknown) => subject.store.readLog(untyped({ filter }))
      for (const list of ['categories', 'streams', 'types']) {
        for (const names of noNameLists) await invalid(read({ [list]: names }), names, `filter.${list}`)
      }
      for (const streamPrefix of ['', '\u0000', '\ud83d', 7, null, ['a'], {}]) {
        await invalid(read({ streamPrefix }), streamPrefix, 'filter.streamPrefix')
      }
      // No stream and no event has such a name: a reader would wait for ever.
      for (const category of ['or-der', '-', '$order', 'or\nder'])
        await invalid(read({ categories: ['order', category] }), category, 'filter.categories')
      for (const stream of ['order', 'order-', '-1', '$order-1', 'order-\u0007'])
        await invalid(read({ streams: [stream] }), stream, 'filter.streams')
      for (const streamPrefix of ['-', '-1', '$', 'or\nder'])
        await invalid(read({ streamPrefix }), streamPrefix, 'filter.streamPrefix')
      for (const type of ['Op\nened', 'x'.repeat(257)]) await invalid(read({ types: [type] }), type, 'filter.types')
      for (const filter of [null, 7, 'filter']) await invalid(read(filter), filter, 'filter')
    },
    'filters',
  ),
])
