import type { InvalidInput, Logger, StoreUnavailable } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { allowManyListeners } from '../async/allowManyListeners.ts'
import { backoff, sleep } from '../async/timers.ts'
import type { PartitionEnd } from './PartitionEnd.ts'

type StorePromise<Err, A> = Promise<E.Either<Err | StoreUnavailable, A>>

/** The lifecycle of a partition: running, draining, or lost. */
export interface PartitionLifecycle {
  readonly isRunning: () => boolean
  readonly isLost: () => boolean
  /** Fires when the partition is lost, or its time to end is over. */
  readonly signal: AbortSignal
  /** Fires when the partition begins to drain. */
  readonly draining: AbortSignal
  /** Marks that a retry is pending; the returned function ends the mark. */
  readonly markRetrying: () => () => void
  readonly isRetrying: () => boolean
  /** Retries until the task succeeds or a retry is pointless. */
  readonly retryUntilDone: <Err extends { readonly _tag: string }, A>(
    what: string,
    task: () => StorePromise<Err, A>,
  ) => StorePromise<Err, A>
  /**
   * The ending that an error causes. When the partition drains, it does not wait for an unavailable store: the next
   * owner begins at the checkpoint.
   */
  readonly endFor: (why: InvalidInput | StoreUnavailable, position: number) => PartitionEnd
  readonly drain: () => void
  readonly abort: () => void
  readonly revoke: () => void
}

/** `facts` are added to log lines: they identify the partition. */
export const makePartitionLifecycle = (
  logger: Logger,
  facts: Readonly<Record<string, string | number>>,
): PartitionLifecycle => {
  let state: 'running' | 'draining' | 'revoked' = 'running'
  let retries = 0
  const abort = new AbortController()
  const draining = new AbortController()
  // As many listeners wait on them as there are lanes.
  allowManyListeners(abort.signal, draining.signal)

  const markRetrying = () => {
    retries++
    return () => {
      retries--
    }
  }

  return {
    isRunning: () => state === 'running',
    isLost: () => state === 'revoked',
    signal: abort.signal,
    draining: draining.signal,
    markRetrying,
    isRetrying: () => retries > 0,
    retryUntilDone: async (what, task) => {
      for (let attempts = 0; ; attempts++) {
        const answer = await task()
        if (E.isRight(answer) || answer.left._tag !== 'StoreUnavailable' || state !== 'running') return answer
        logger.warn(`${what} failed, retrying`, { ...facts, attempts, why: answer.left })
        const done = markRetrying()
        await sleep(backoff(attempts), draining.signal)
        done()
      }
    },
    endFor: (why, position) => {
      if (state === 'revoked') return { _tag: 'Lost' }
      if (why._tag === 'StoreUnavailable') return { _tag: 'Drained' }
      return { _tag: 'StoppedHere', position, stop: { why } }
    },
    drain: () => {
      if (state === 'running') state = 'draining'
      draining.abort()
    },
    abort: () => abort.abort(),
    revoke: () => {
      state = 'revoked'
      draining.abort()
      abort.abort()
    },
  }
}
