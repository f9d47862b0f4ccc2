import { either as E, type io as IO } from 'fp-ts'
import { monotonicFactory } from 'ulid'
import { type InvalidInput, rejectInput } from './InvalidInput.ts'
import { format } from './internal/format.ts'

/**
 * The brand of an event id.
 *
 * @category model
 * @since 0.1.0
 */
export interface EventIdBrand {
  readonly EventId: unique symbol
}

/**
 * The id of an event: a ULID in its canonical form, 26 capital letters and digits of Crockford's alphabet. The writer
 * chooses it, so that an append can be repeated safely.
 *
 * @category model
 * @since 0.1.0
 */
export type EventId = string & EventIdBrand

// The first digit has only three bits: 26 digits of five bits make 130, and a ULID has 128.
const canonical = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/

/**
 * Checks that a string is a canonical ULID: 26 characters of Crockford's alphabet, in capitals. Otherwise the left is
 * `InvalidInput`.
 *
 * @category constructors
 * @since 0.1.0
 */
const parse = (id: string): E.Either<InvalidInput, EventId> =>
  typeof id === 'string' && canonical.test(id)
    ? // The pattern is the definition of the brand.
      E.right(id as EventId)
    : rejectInput('event id', `must be a ULID in canonical form, is ${format(id)}`)

/**
 * Makes a source of ids that also ascend within one millisecond. `now` returns milliseconds since 1970, `random` a
 * number from 0 up to, not including, 1.
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
  // The ulid package treats 0 and NaN as absent and asks the system's clock; it throws for negative and fractional
  // numbers.
  const time = () => Math.max(1, Math.floor(options.now())) || 1
  // The factories of the ulid package return canonical ULIDs.
  return () => next(time()) as EventId
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * Makes an id from the first 26 bytes of a hash, so that the same input always has the same id. Each digit is made of
 * the low bits of one byte; a hash of fewer bytes is filled up with zeros.
 *
 * @category constructors
 * @since 0.1.0
 */
const fromHash = (hash: Uint8Array): EventId => {
  let id = ''
  for (let i = 0; i < 26; i++) id += crockford.charAt((hash[i] ?? 0) & (i === 0 ? 7 : 31))
  // 26 digits of the alphabet, the first below 8: the definition of the brand.
  return id as EventId
}

/**
 * Functions on {@link EventId}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const EventId = { parse, source, fromHash } as const
