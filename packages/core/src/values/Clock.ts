import type { io as IO } from 'fp-ts'

/**
 * Returns the current time, in milliseconds since 1970. It is an argument wherever time matters.
 *
 * @category model
 * @since 0.1.0
 */
export type Clock = IO.IO<number>
