import { option as O } from 'fp-ts'

/**
 * How far the attempts of something have come. `iterNumber` counts the retries so far; `cumulativeDelay` is the sum of
 * their delays and `previousDelay` the last one, in milliseconds.
 *
 * @category model
 * @since 0.1.0
 */
export interface RetryStatus {
  readonly iterNumber: number
  readonly cumulativeDelay: number
  readonly previousDelay: O.Option<number>
}

/**
 * Whether something is tried again: after so many milliseconds, or no more. The policies of `retry-ts` are such
 * functions too.
 *
 * @category model
 * @since 0.1.0
 */
export type RetryPolicy = (status: RetryStatus) => O.Option<number>

/**
 * At most so many retries, at once.
 *
 * @category constructors
 * @since 0.1.0
 */
const limit =
  (retries: number): RetryPolicy =>
  ({ iterNumber }) =>
    iterNumber >= retries ? O.none : O.some(0)

/**
 * Retries for ever, after the same number of milliseconds each time.
 *
 * @category constructors
 * @since 0.1.0
 */
const constant =
  (milliseconds: number): RetryPolicy =>
  () =>
    O.some(milliseconds)

/**
 * Retries for ever, first after so many milliseconds, then after twice as many each time.
 *
 * @category constructors
 * @since 0.1.0
 */
const exponential =
  (milliseconds: number): RetryPolicy =>
  ({ iterNumber }) =>
    O.some(milliseconds * 2 ** iterNumber)

/**
 * A policy whose delays have at most so many milliseconds.
 *
 * @category combinators
 * @since 0.1.0
 */
const cap =
  (milliseconds: number, policy: RetryPolicy): RetryPolicy =>
  (status) =>
    O.Functor.map(policy(status), (delay) => Math.min(milliseconds, delay))

/**
 * Retries when every one of the policies does, after the longest of their delays.
 *
 * @category combinators
 * @since 0.1.0
 */
const all =
  (...policies: ReadonlyArray<RetryPolicy>): RetryPolicy =>
  (status) =>
    policies.reduce((longest: O.Option<number>, policy) => {
      if (O.isNone(longest)) return longest
      const delay = policy(status)
      return O.isNone(delay) ? delay : O.some(Math.max(longest.value, delay.value))
    }, O.some(0))

/**
 * Constructors of {@link RetryPolicy}.
 *
 * @category namespace
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { RetryPolicy } from '@foldlog/core'
 * import { option as O } from 'fp-ts'
 *
 * const policy = RetryPolicy.all(RetryPolicy.limit(3), RetryPolicy.cap(150, RetryPolicy.exponential(50)))
 * for (const iterNumber of [0, 1, 2, 3])
 *   console.log(policy({ iterNumber, cumulativeDelay: 0, previousDelay: O.none }))
 * ```
 *
 * ```text
 * { _tag: 'Some', value: 50 }
 * { _tag: 'Some', value: 100 }
 * { _tag: 'Some', value: 150 }
 * { _tag: 'None' }
 * ```
 */
export const RetryPolicy = { limit, constant, exponential, cap, all } as const
