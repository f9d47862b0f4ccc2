import { either as E, type io as IO } from 'fp-ts'
import { monotonicFactory } from 'ulid'
import { type InvalidInput, rejectInput } from './InvalidInput.ts'
import { format } from './internal/format.ts'
import { Random } from './Random.ts'
import { UserCode } from './UserCode.ts'

/**
 * The brand of an event id: a property that exists in types only, known by its text as that of a stream name.
 *
 * @category model
 * @since 0.1.0
 */
export interface EventIdBrand {
  readonly EventId: 'checked'
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
 * The greatest time of a source, in milliseconds since 1970. A ULID holds 2^48 - 1; the rest is room for a source that
 * runs ahead of its clock.
 */
const maxTime = 2 ** 48 - 2 ** 32

/** The ulid package throws for times that a ULID cannot hold, and takes 0 and NaN for the time of the machine. */
const timeOf = (now: IO.IO<number>): number => {
  try {
    const time: unknown = now()
    UserCode.absorb(time)
    return typeof time === 'number' ? Math.min(Math.max(1, Math.floor(time)), maxTime) || 1 : 1
  } catch (cause) {
    UserCode.absorb(cause)
    return 1
  }
}

/**
 * Makes a source of ids that also ascend within one millisecond. `now` returns milliseconds since 1970, `random` a
 * number from 0 up to, not including, 1.
 *
 * The source never throws. A time that no ULID can hold becomes the nearest one that it can hold, and a value that is
 * no number becomes the first time. So the ids are unique and ascend, whatever the clock returns. A random value that
 * is no number from 0 up to 1 becomes 0.
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
  const random = Random.safe(options.random, () => 0)
  const next = monotonicFactory(random)
  let last = 0
  return () => {
    last = Math.max(last, timeOf(options.now))
    try {
      // The factories of the ulid package return canonical ULIDs.
      return next(last) as EventId
    } catch {
      // This millisecond has no next id, because its last random part was the greatest one.
      last++
      // The factories of the ulid package return canonical ULIDs.
      return next(last) as EventId
    }
  }
}

/** The random numbers of the machine, even when a test replaces `Math.random` later. */
const chance = Math.random

/**
 * Makes a source whose ids no other source repeats, not even a source with the same clock and the same random numbers,
 * as in a test of several processes. Processes know each other and their work by such ids.
 *
 * @category constructors
 * @since 0.1.0
 */
const uniqueSource = ({ now, random }: Parameters<typeof source>[0]): IO.IO<EventId> => {
  const safeRandom = Random.safe(random, chance)
  // A ULID has sixteen random digits.
  const shifts = Array.from({ length: 16 }, chance)
  let digit = 0
  return source({ now, random: () => (safeRandom() + (shifts[digit++ % 16] ?? 0)) % 1 })
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
export const EventId = { parse, source, uniqueSource, fromHash } as const
