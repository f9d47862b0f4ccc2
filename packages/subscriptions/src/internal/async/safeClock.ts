import type { Clock } from '@foldlog/core'

/** The largest time that a `Date` can hold, in milliseconds. */
const maxTime = 8.64e15

/**
 * A clock that always returns a time. Its times are only for display: when an event was parked, how many are handled in
 * a second. A clock that throws or returns NaN must not stop a handler, so the clock of the machine is used instead.
 */
export const safeClock =
  (clock: Clock): Clock =>
  () => {
    try {
      const now = clock()
      if (Math.abs(now) <= maxTime) return now
    } catch {
      // A clock that throws is replaced, see above.
    }
    return Date.now()
  }
