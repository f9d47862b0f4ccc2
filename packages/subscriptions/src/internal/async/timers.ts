/** The longest delay that a timer can hold, in milliseconds; longer ones would fire at once. */
const maxTimeout = 2_147_483_647

/** Limits milliseconds to the range of a timer. */
export const clampTimeout = (ms: number): number => Math.min(Math.max(0, ms), maxTimeout)

/** Waits for `ms` milliseconds, or until the signal fires. */
export const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, clampTimeout(ms))
    signal?.addEventListener('abort', done, { once: true })
  })

/**
 * Milliseconds before the next attempt of something that must succeed eventually: doubling from 25 ms to 2 s, half of
 * it random.
 */
export const backoff = (attempt: number): number =>
  Math.min(2_000, 25 * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2)

/** Milliseconds that work may take to end after its signal has fired; then it is abandoned. */
export const abandonAfter = 1_000

/** Waits for work that ought to end soon after the signal fires; `undefined` when it does not. */
export const orAbandoned = async <A>(work: Promise<A>, signal: AbortSignal): Promise<A | undefined> => {
  const settled = new AbortController()
  const abandoned = async (): Promise<undefined> => {
    await new Promise<void>((resolve) => {
      if (signal.aborted) return resolve()
      signal.addEventListener('abort', () => resolve(), { once: true, signal: settled.signal })
      settled.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    await sleep(abandonAfter, settled.signal)
  }
  return Promise.race([work, abandoned()]).finally(() => settled.abort())
}
