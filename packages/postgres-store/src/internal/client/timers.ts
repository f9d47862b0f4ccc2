/** Thrown, inside this package only, when a statement had no answer in time: a half-open network leaves it waiting for ever. */
export const timeoutError = (ms: number) => ({ code: 'CONNECT_TIMEOUT', message: `no answer within ${ms} ms` })

/**
 * The promise, or a failure after `ms` milliseconds; then `late` is called. A later result is ignored; the outcome is
 * unknown.
 */
export const withTimeout = <A>(ms: number, promise: PromiseLike<A>, onTimeout: () => void = () => {}): Promise<A> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      onTimeout()
      reject(timeoutError(ms))
    }, ms)
    promise.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** How long to wait before the next attempt: doubling from 20 ms to a second, half of it by chance, so that many do not come back at once. */
export const backoff = (attempt: number): number => Math.min(1_000, 20 * 2 ** attempt) * (0.5 + Math.random() / 2)
