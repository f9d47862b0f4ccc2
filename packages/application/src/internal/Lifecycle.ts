import type { AbortSignalLike } from '@foldlog/core'
import { onAbort, rejectInput, UserCode } from '@foldlog/core/store'
import { either as E, type task as T, type taskEither as TE } from 'fp-ts'
import type { Serving } from '../Serving.ts'
import type { StartError } from '../StartError.ts'

type Started = E.Either<StartError, void>

/** The phase of an application. `Failed`: it did not start, and may be started again. */
export type Phase =
  | { readonly _tag: 'New' | 'Starting' | 'Running' | 'Stopping' | 'Stopped' }
  | { readonly _tag: 'Failed'; readonly error: StartError }

/**
 * Starts and stops the parts, each once, for any order of the calls. `begin` must end soon after `isStopping` is true,
 * and starts nothing from then on. `end` may be called while `begin` is in progress.
 */
export interface Lifecycle {
  readonly phase: () => Phase
  readonly isStopping: () => boolean
  readonly start: TE.TaskEither<StartError, void>
  readonly stop: T.Task<void>
  readonly run: <Err>(
    signal: AbortSignalLike,
    serve?: TE.TaskEither<Err, Serving>,
  ) => TE.TaskEither<StartError | Err, void>
}

export const makeLifecycle = (begin: () => Promise<Started>, end: () => Promise<void>): Lifecycle => {
  let phase: Phase = { _tag: 'New' }
  let starting: Promise<Started> | undefined
  let stopping: Promise<void> | undefined
  let isStopping = false
  let onStop = (): void => {}
  const stopRequested = new Promise<void>((resolve) => {
    onStop = resolve
  })

  const startNow = async (): Promise<Started> => {
    phase = { _tag: 'Starting' }
    const started = await begin()
    // The phase of a stop that began meanwhile stays.
    if (isStopping) return E.isLeft(started) ? started : rejectInput('application', 'was stopped')
    phase = E.isLeft(started) ? { _tag: 'Failed', error: started.left } : { _tag: 'Running' }
    if (E.isLeft(started)) starting = undefined
    return started
  }

  const start = (): Promise<Started> => {
    if (isStopping) return Promise.resolve(rejectInput('application', 'is stopped, and does not start again'))
    starting ??= startNow()
    return starting
  }

  const stopNow = async (): Promise<void> => {
    isStopping = true
    phase = { _tag: 'Stopping' }
    onStop()
    await end()
    phase = { _tag: 'Stopped' }
  }

  const stop = (): Promise<void> => {
    // From this call on, before any turn of the event loop, nothing begins.
    stopping ??= stopNow()
    return stopping
  }

  const run =
    <Err>(signal: AbortSignalLike, serve?: TE.TaskEither<Err, Serving>): TE.TaskEither<StartError | Err, void> =>
    async () => {
      let over = signal.aborted
      const aborted = new Promise<void>((resolve) => {
        if (over) return resolve()
        // Before the start, because the signal may abort during a long start.
        const ignore = onAbort(signal, () => {
          over = true
          resolve()
        })
        void stopRequested.then(ignore)
      })
      const ended = Promise.race([aborted, stopRequested])
      let result: E.Either<StartError | Err, void> = E.right(undefined)
      let served: Serving | undefined
      if (!over) {
        const started = await Promise.race([start(), ended.then(() => undefined)])
        if (started !== undefined && E.isLeft(started) && !isStopping) result = started
        else if (started !== undefined && E.isRight(started) && serve !== undefined && !over) {
          const serving = await UserCode.runEffect<Err, Serving, StartError | Err>('serve', () => serve, {
            failed: ({ why }) => ({ _tag: 'InvalidInput', what: 'serve', why }),
            left: (error) => error,
          })
          if (E.isLeft(serving)) result = serving
          else served = serving.right
        }
        if (E.isRight(result)) await ended
      }
      // What serves ends first, so that its last requests are still answered.
      const closing = served
      if (closing !== undefined)
        await Promise.resolve()
          .then(closing.stop)
          .catch(() => {})
      await stop()
      return result
    }

  return { phase: () => phase, isStopping: () => isStopping, start, stop, run }
}
