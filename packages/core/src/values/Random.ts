import type { io as IO } from 'fp-ts'
import { UserCode } from './UserCode.ts'

/**
 * Returns a random number from 0 up to, not including, 1. Functions that need random numbers take it as an argument.
 *
 * @category model
 * @since 0.1.0
 */
export type Random = IO.IO<number>

/**
 * A source of random numbers that always returns one. When the given source throws, or returns anything but a number
 * from 0 up to, not including, 1, the number comes from `otherwise`.
 *
 * @category combinators
 * @since 0.1.0
 */
const safe =
  (random: Random, otherwise: Random): Random =>
  () => {
    try {
      const number: unknown = random()
      if (typeof number === 'number' && number >= 0 && number < 1) return number
      UserCode.absorb(number)
    } catch (cause) {
      UserCode.absorb(cause)
    }
    return otherwise()
  }

/**
 * Functions on {@link Random}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Random: { readonly safe: (random: Random, otherwise: Random) => Random } = { safe }
