import type { AbortSignalLike } from '@foldlog/core'

/** A FIFO semaphore. A waiter whose signal aborts gets `undefined`. */
export type Semaphore = <A>(work: () => Promise<A>, signal?: AbortSignalLike) => Promise<A | undefined>

export const makeSemaphore = (permits: number): Semaphore => {
  const waiting: Array<() => void> = []
  let taken = 0

  const release = (): void => {
    const next = waiting.shift()
    if (next === undefined) taken--
    else next()
  }

  /** Waits for a permit; returns whether it was granted. */
  const waitForPermit = (signal: AbortSignalLike | undefined): Promise<boolean> =>
    new Promise((settle) => {
      const grant = (): void => {
        signal?.removeEventListener('abort', onAbort)
        settle(true)
      }
      const onAbort = (): void => {
        signal?.removeEventListener('abort', onAbort)
        waiting.splice(waiting.indexOf(grant), 1)
        settle(false)
      }
      waiting.push(grant)
      signal?.addEventListener('abort', onAbort)
    })

  return async (work, signal) => {
    if (signal?.aborted === true) return undefined
    if (taken < permits) taken++
    else if (!(await waitForPermit(signal))) return undefined
    try {
      return await work()
    } finally {
      release()
    }
  }
}
