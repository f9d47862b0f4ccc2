import { either as E } from 'fp-ts'
import { backoff, sleep } from './timers.ts'

export interface RetryOptions<Err> {
  /** No attempt begins after it fires. */
  readonly signal?: AbortSignal | undefined
  readonly isRetryable: (error: Err) => boolean
  /** Called before each wait; the function that it returns, if any, is called after the wait. */
  readonly onRetry?: (error: Err, tries: number) => (() => void) | undefined
}

/**
 * Repeats a task, with growing waits, until it succeeds, or fails with an error that is not retryable, or the signal
 * fires. Returns the last result; there is at least one attempt.
 */
export const retryUntil = async <Err, A>(
  task: () => Promise<E.Either<Err, A>>,
  { signal, isRetryable, onRetry }: RetryOptions<Err>,
): Promise<E.Either<Err, A>> => {
  for (let tries = 0; ; tries++) {
    const result = await task()
    if (E.isRight(result) || signal?.aborted || !isRetryable(result.left)) return result
    const afterWait = onRetry?.(result.left, tries)
    await sleep(backoff(tries), signal)
    afterWait?.()
    if (signal?.aborted) return result
  }
}

/** Whether an unavailable store may be available later. Every other error would recur. */
export const isTemporary = (error: { readonly _tag: string; readonly retryable?: boolean }): boolean =>
  error._tag === 'StoreUnavailable' && error.retryable === true
