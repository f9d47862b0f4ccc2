import type { Append, NewEvent } from '@foldlog/core'
import { eventIdReused, streamDeleted } from '@foldlog/core/store'
import { expectEqual } from '../../internal/expectations.ts'
import {
  concurrently,
  createDeletedStream,
  createStream,
  freshStream,
  left,
  newEvent,
  newEvents,
  readWholeLog,
  right,
  settledPositionOf,
} from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import type { LawContext } from './LawContext.ts'
import { law } from './storeLaw.ts'

const appendOf = (events: ReadonlyArray<NewEvent>, stream = freshStream()): Append => ({
  stream,
  expected: 'noStream',
  events,
})

const isNew = () => appendOf(newEvents(1))

const refuses = async (
  store: LawContext['store'],
  appends: ReadonlyArray<Append>,
  error: unknown,
  what: string,
): Promise<void> => {
  const head = await settledPositionOf(store)
  expectEqual(await left(store.appendAll(appends), what), error, what)
  expectEqual(await readWholeLog(store, { after: head }), [], `${what}: nothing is written`)
}

export const appendAllIdempotence = groupOf(
  'idempotence of appendAll',
  [
    law(
      'repeating the same appends in any order returns the first results, in the order of the request',
      async ({ store }) => {
        const [one, other] = [appendOf(newEvents(2)), appendOf(newEvents(3))]
        const results = await right(store.appendAll([one, other]))
        const repeated = results.map((result) => ({ ...result, repeated: true }))
        expectEqual(await right(store.appendAll([one, other])), repeated, 'in the same order')
        expectEqual(await right(store.appendAll([other, one])), [...repeated].reverse(), 'in the other order')
      },
    ),

    law('repeating one part alone, or parts of different appends, returns the first results', async ({ store }) => {
      const [one, other, third] = [appendOf(newEvents(2)), appendOf(newEvents(3)), appendOf(newEvents(1))]
      const [first, second] = await right(store.appendAll([one, other]))
      const last = await right(store.append(third))
      expectEqual(await right(store.append(one)), { ...first, repeated: true }, 'one part alone')
      const both = [
        { ...last, repeated: true },
        { ...second, repeated: true },
      ]
      expectEqual(await right(store.appendAll([third, other])), both, 'parts of different appends')
    }),

    law('10 equal calls at once write once, and all return one result', async ({ store, other }) => {
      const appends = [appendOf(newEvents(2)), appendOf(newEvents(3))]
      const results = await concurrently(10, (i) => right((i % 2 === 0 ? store : other).appendAll(appends)))
      expectEqual(results.filter((parts) => parts.some(({ repeated }) => !repeated)).length, 1, 'results not repeated')
      const repeated = results.map((parts) => parts.map((part) => ({ ...part, repeated: true })))
      for (const parts of repeated) expectEqual(parts, repeated[0], 'a result')
    }),

    law('a stored part beside a new one is a reuse of the stored id', async ({ store }) => {
      const known = newEvent()
      const stored = appendOf([known, newEvent()])
      await right(store.append(stored))
      const reused = eventIdReused(stored.stream, known.id)
      await refuses(store, [stored, isNew()], reused, 'the stored part first')
      await refuses(store, [isNew(), stored], reused, 'the stored part last')
      await refuses(store, [isNew(), stored, isNew()], reused, 'the stored part between')
    }),

    law('an overlap in a later part is a reuse of that part’s first known id', async ({ store }) => {
      const known = newEvent()
      await right(store.append(appendOf([known, newEvent()])))
      const overlapping = appendOf([newEvent(), known])
      await refuses(store, [isNew(), overlapping], eventIdReused(overlapping.stream, known.id), 'the overlap last')
    }),

    law(
      'an overlap beside another fault is reported after a deleted stream and before a conflict',
      async ({ store }) => {
        const known = newEvent()
        const stored = appendOf([known])
        await right(store.append(stored))
        const [open, deleted] = [await createStream(store, 2), await createDeletedStream(store, 1)]
        const conflicting = appendOf(newEvents(1), open)
        const gone = appendOf(newEvents(1), deleted)
        const elsewhere = appendOf([known])
        const [ofElsewhere, ofStored] = [elsewhere, stored].map(({ stream }) => eventIdReused(stream, known.id))
        await refuses(store, [conflicting, elsewhere], ofElsewhere, 'conflict, reuse')
        await refuses(store, [elsewhere, conflicting], ofElsewhere, 'reuse, conflict')
        await refuses(store, [elsewhere, gone], streamDeleted(deleted), 'reuse, deletion')
        await refuses(store, [gone, elsewhere], streamDeleted(deleted), 'deletion, reuse')
        await refuses(store, [stored, conflicting], ofStored, 'repetition, conflict')
        await refuses(store, [conflicting, stored], ofStored, 'conflict, repetition')
        await refuses(store, [stored, gone], streamDeleted(deleted), 'repetition, deletion')
      },
      'deleteStream',
    ),

    law(
      'an overlap behind a new id, beside another fault, is reported after a deleted stream and before a conflict',
      async ({ store }) => {
        const [known, other] = [newEvent(), newEvent()]
        const [stored, elsewhere] = [appendOf([known]), appendOf([other])]
        await right(store.appendAll([stored, elsewhere]))
        const [open, deleted] = [await createStream(store, 2), await createDeletedStream(store, 1)]
        const behind = appendOf([newEvent(), known])
        const reused = eventIdReused(behind.stream, known.id)
        await refuses(store, [behind, appendOf(newEvents(1), open)], reused, 'then a conflict')
        await refuses(store, [behind, appendOf(newEvents(1), deleted)], streamDeleted(deleted), 'then a deleted stream')
        await refuses(store, [behind, appendOf([other])], reused, 'then another reuse')
        await refuses(store, [behind, elsewhere], reused, 'then a repetition')
        await refuses(store, [elsewhere, behind], reused, 'behind a repetition')
      },
      'deleteStream',
    ),
  ],
  'appendAll',
  'idempotence',
)
