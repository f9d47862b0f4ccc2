import type { io as IO } from 'fp-ts'
import { UserCode } from './UserCode.ts'

/**
 * Returns the current time, in milliseconds since 1970. It is an argument wherever time matters.
 *
 * @category model
 * @since 0.1.0
 */
export type Clock = IO.IO<number>

/** The largest time that a `Date` can hold, in milliseconds. */
const maxTime = 8.64e15

/**
 * A clock that always returns a time. When the given clock throws, or returns no time (NaN, a text, a number that no
 * `Date` can hold), the clock of the machine replaces it, because a broken clock must not stop any work.
 *
 * @category combinators
 * @since 0.1.0
 */
const safe =
  (clock: Clock): Clock =>
  () => {
    try {
      const now: unknown = clock()
      if (typeof now === 'number' && Math.abs(now) <= maxTime) return now
      UserCode.absorb(now)
    } catch (cause) {
      UserCode.absorb(cause)
    }
    return Date.now()
  }

/**
 * Functions on {@link Clock}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Clock: { readonly safe: (clock: Clock) => Clock } = { safe }
