import { EventId, type Json, type RecordedEvent, StreamName } from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'

/** A codec as applications write it: a date in memory, its text in the store. */
export const DateFromString = new t.Type<Date, string, unknown>(
  'DateFromString',
  (value): value is Date => value instanceof Date,
  (value, context) =>
    F.pipe(
      t.string.validate(value, context),
      E.chain((text) => {
        const date = new Date(text)
        return Number.isNaN(date.getTime()) ? t.failure(value, context) : t.success(date)
      }),
    ),
  (date) => date.toISOString(),
)

const must = <A>(checked: E.Either<{ readonly why: string }, A>): A => {
  if (E.isLeft(checked)) throw new Error(checked.left.why)
  return checked.right
}

/** An event as a store returns it, at a place that failures must name. */
export const recorded = (type: string, schemaVersion: number, data: Json): RecordedEvent => ({
  id: must(EventId.parse('01J8Z4T7Q2N5X9V3B6M1K0C4DE')),
  stream: must(StreamName.parse('account-17')),
  version: 3,
  position: 77,
  recordedAt: new Date('2024-02-29T12:00:00.000Z'),
  metadata: { correlationId: 'request-1' },
  type,
  schemaVersion,
  data,
})

/** The place of the event above, as failures contain it. */
export const location = { _tag: 'DecodeFailure', stream: 'account-17', version: 3, position: 77 }
