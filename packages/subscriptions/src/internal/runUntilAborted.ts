import type { AbortSignalLike, HandlerMismatch, InvalidInput, StoreUnavailable } from '@foldlog/core'
import { either as E } from 'fp-ts'

/** The outcome of a start. */
export type Started = E.Either<HandlerMismatch | InvalidInput | StoreUnavailable, void>

/** Starts, waits until the signal aborts or something else stops the work, and stops. */
export const runUntilAborted = async (
  signal: AbortSignalLike,
  start: () => Promise<Started>,
  stop: () => Promise<void>,
  stopped: Promise<void>,
): Promise<Started> => {
  if (!signal.aborted) {
    let onAbort = (): void => {}
    const aborted = new Promise<void>((resolve) => {
      onAbort = resolve
    })
    // This comes before the start, because the signal may abort during a long start.
    signal.addEventListener('abort', onAbort)
    const started = await start()
    if (E.isRight(started)) await Promise.race([aborted, stopped])
    signal.removeEventListener('abort', onAbort)
    if (E.isLeft(started)) return started
  }
  await stop()
  return E.right(undefined)
}
