import type { taskEither as TE } from 'fp-ts'
import type { StoreUnavailable } from '../store/StoreError.ts'
import type { AbortSignalLike } from '../values/AbortSignalLike.ts'
import type { InvalidInput } from '../values/InvalidInput.ts'
import type { CommitOutcome, HandlerCommit } from './HandlerStore.ts'

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
    signal?: AbortSignalLike,
  ) => TE.TaskEither<Err | InvalidInput | StoreUnavailable, CommitOutcome>
}
