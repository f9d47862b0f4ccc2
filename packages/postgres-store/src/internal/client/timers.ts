/**
 * Thrown, inside this package only, when a statement had no answer in time: a half-open network leaves it waiting
 * forever.
 */
export const timeoutError = (ms: number) => ({ code: 'NO_ANSWER', message: `no answer within ${ms} ms` })

/**
 * Returns the promise's result. After `ms` milliseconds it runs `onTimeout`, waits for its end, and rejects. A later
 * result is ignored; the outcome is unknown.
 */
export const withTimeout = <A>(
  ms: number,
  promise: PromiseLike<A>,
  onTimeout: () => Promise<void> | void = () => {},
): Promise<A> =>
  new Promise((resolve, reject) => {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      const onDone = (): void => reject(timeoutError(ms))
      void Promise.resolve(onTimeout()).then(onDone, onDone)
    }, ms)
    promise.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        if (!isLate) reject(error)
      },
    )
  })

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * The delay before the next attempt, in milliseconds: doubling from 40 ms to 1 s, half of it random, so that many
 * callers do not return at once.
 */
export const backoff = (attempt: number): number => Math.min(1_000, 20 * 2 ** attempt) * (0.5 + Math.random() / 2)
