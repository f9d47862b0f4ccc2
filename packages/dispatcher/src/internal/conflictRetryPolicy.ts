import { RetryPolicy } from '@foldlog/core'
import { option as O } from 'fp-ts'

/**
 * Allows 100 retries: the first at once, because the conflict has returned the new version; then after up to 2, 4, 8
 * ... 100 milliseconds with full jitter, so that colliding writers spread out.
 */
export const conflictRetryPolicy = (random: () => number): RetryPolicy => {
  const slower = RetryPolicy.all(RetryPolicy.limit(100), RetryPolicy.cap(100, RetryPolicy.exponential(1)))
  return (status) => {
    const delay = slower(status)
    return O.isSome(delay) ? O.some(status.iterNumber === 0 ? 0 : Math.ceil(delay.value * random())) : O.none
  }
}
