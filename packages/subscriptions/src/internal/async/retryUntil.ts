import { either as E } from 'fp-ts'
import { backoff, sleep } from './timers.ts'

export interface RetryOptions<Err> {
  /** No attempt begins after it fires. */
  readonly signal?: AbortSignal | undefined
  readonly isRetryable: (error: Err) => boolean
  /** Called before each wait, with the number of earlier ones. */
  readonly onRetry?: (error: Err, attempts: number) => void
  /** Marks each wait; the returned function ends the mark. */
  readonly markRetrying?: () => () => void
}

/**
 * Repeats a task, with growing waits, until it succeeds, or fails with an error that is not retryable, or the signal
 * fires. Returns the last result; there is at least one attempt.
 */
export const retryUntil = async <Err, A>(
  task: () => Promise<E.Either<Err, A>>,
  { signal, isRetryable, onRetry, markRetrying }: RetryOptions<Err>,
): Promise<E.Either<Err, A>> => {
  for (let attempts = 0; ; attempts++) {
    const result = await task()
    if (E.isRight(result) || signal?.aborted || !isRetryable(result.left)) return result
    onRetry?.(result.left, attempts)
    const unmark = markRetrying?.()
    await sleep(backoff(attempts), signal)
    unmark?.()
    if (signal?.aborted) return result
  }
}

/** Whether an unavailable store may be available later. Every other error would recur. */
export const isTemporary = (error: { readonly _tag: string; readonly retryable?: boolean }): boolean =>
  error._tag === 'StoreUnavailable' && error.retryable === true
