/** The longest delay that a timer can hold, in milliseconds; longer ones would fire at once. */
const maxTimeout = 2_147_483_647

/** Limits milliseconds to the range of a timer. */
export const clampTimeout = (ms: number): number => Math.min(Math.max(0, ms), maxTimeout)

/** Waits for `ms` milliseconds, or until the signal fires. */
export const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, clampTimeout(ms))
    if (signal?.aborted) end()
    else signal?.addEventListener('abort', end)
  })

/**
 * Milliseconds before the next attempt of something that must succeed eventually: doubling from 25 ms to 2 s, half of
 * it random.
 */
export const backoff = (attempt: number): number =>
  Math.min(2_000, 25 * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2)
