import type { taskEither as TE } from 'fp-ts'
import type { CommitOutcome, HandlerCommit } from './HandlerStore.ts'
import type { InvalidInput } from './InvalidInput.ts'
import type { StoreUnavailable } from './StoreError.ts'

/**
 * Who gives up: an `AbortSignal`, of which only this is asked, so that no declaration needs the types of the DOM or of Node.
 *
 * @category model
 * @since 0.1.0
 */
export interface GivingUp {
  readonly aborted: boolean
  readonly addEventListener: (type: 'abort', listener: () => void) => void
  readonly removeEventListener: (type: 'abort', listener: () => void) => void
}

/**
 * For handlers that write into tables of their own: commits work on a partition, as {@link HandlerStore}`.commit` does, in one transaction with whatever `work`
 * does. `Tx` is a transaction of the store's own kind.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerTransactions<Tx> {
  /**
   * When the commit is `fenced`, or was written before, `work` is not called. When `work` fails, nothing is written, and its error is the answer. After
   * `StoreUnavailable` nobody knows: the same commit again tells, without doing the work twice.
   *
   * When the signal fires, nobody waits for it any more: what has not begun is not begun, and ends as `StoreUnavailable`. What has begun ends as it ends.
   */
  readonly commitWithin: <Err>(
    commit: HandlerCommit,
    work: (transaction: Tx) => TE.TaskEither<Err, unknown>,
    signal?: GivingUp,
  ) => TE.TaskEither<Err | InvalidInput | StoreUnavailable, CommitOutcome>
}
