import { clampTimeout } from './timers.ts'

/**
 * The result of `work`, or `undefined` when there is none within `ms` milliseconds, or before `signal` fires.
 *
 * Every request to a store passes here. `AbortSignal.timeout` does not fit: it does not keep the process alive, and it
 * cannot be cleared.
 */
export const withTimeout = <A>(ms: number, work: Promise<A>, signal?: AbortSignal): Promise<A | undefined> =>
  new Promise((resolve, reject) => {
    const end = (): void => {
      clear()
      resolve(undefined)
    }
    const timer = ms === Number.POSITIVE_INFINITY ? undefined : setTimeout(end, clampTimeout(ms))
    const clear = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
    }
    work.then(
      (result) => {
        clear()
        resolve(result)
      },
      (cause) => {
        clear()
        reject(cause)
      },
    )
    if (signal?.aborted) end()
    else signal?.addEventListener('abort', end, { once: true })
  })

/** Milliseconds that work may take to end after its signal has fired; then it is abandoned. */
export const abandonAfter = 1_000

/**
 * Waits for work for at most `ms` milliseconds, and for a short time after the signal fires. The result is `undefined`
 * when the work does not end by then.
 */
export const orAbandoned = <A>(
  work: Promise<A>,
  signal: AbortSignal,
  ms = Number.POSITIVE_INFINITY,
): Promise<A | undefined> => {
  const abandoned = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const onAbort = (): void => {
    timer = setTimeout(() => abandoned.abort(), abandonAfter)
  }
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return withTimeout(ms, work, abandoned.signal).finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  })
}
