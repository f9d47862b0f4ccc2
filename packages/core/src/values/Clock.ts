import type { io as IO } from 'fp-ts'

/**
 * Tells the time, in milliseconds since 1970. Passed in as an argument wherever time matters.
 *
 * @category model
 * @since 0.1.0
 */
export type Clock = IO.IO<number>
