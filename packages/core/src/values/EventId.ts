import { either as E, type io as IO } from 'fp-ts'
import { monotonicFactory } from 'ulid'
import { type InvalidInput, rejectInput } from './InvalidInput.ts'
import { format } from './internal/format.ts'

/**
 * What marks a string as an event id.
 *
 * @category model
 * @since 0.1.0
 */
export interface EventIdBrand {
  readonly EventId: unique symbol
}

/**
 * The id of an event: a ULID in its canonical form, 26 capital letters and digits of Crockford's alphabet.
 * Chosen by the writer, so that an append can be repeated safely.
 *
 * @category model
 * @since 0.1.0
 */
export type EventId = string & EventIdBrand

// The first digit holds three bits only: 26 digits of five bits make 130, a ULID has 128.
const canonical = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/

/**
 * Checks that a string is a canonical ULID: 26 characters of Crockford's alphabet, in capitals. Else it is an `InvalidInput`.
 *
 * @category constructors
 * @since 0.1.0
 */
const parse = (id: string): E.Either<InvalidInput, EventId> =>
  typeof id === 'string' && canonical.test(id)
    ? // The pattern is what the brand stands for.
      E.right(id as EventId)
    : rejectInput('event id', `must be a ULID in canonical form, is ${format(id)}`)

/**
 * A source of ids that ascend also within one millisecond. `now` gives milliseconds since 1970, `random` numbers from 0 up to,
 * not including, 1.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { EventId } from '@foldlog/core'
 *
 * const nextId = EventId.source({ now: Date.now, random: Math.random })
 * console.log(nextId() < nextId())
 * ```
 *
 * ```text
 * true
 * ```
 */
const source = (options: { readonly now: IO.IO<number>; readonly random: IO.IO<number> }): IO.IO<EventId> => {
  const next = monotonicFactory(options.random)
  // ulid takes 0 and NaN for no time at all and asks the clock of the system; it throws for what is negative or no integer.
  const time = () => Math.max(1, Math.floor(options.now())) || 1
  // ulid's factories make canonical ULIDs.
  return () => next(time()) as EventId
}

/**
 * Functions on {@link EventId}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const EventId = { parse, source } as const
