import type { taskEither as TE } from 'fp-ts'
import type { StoreUnavailable } from '../store/StoreError.ts'
import type { AbortSignalLike } from '../values/AbortSignalLike.ts'
import type { InvalidInput } from '../values/InvalidInput.ts'
import type { CommitOutcome, HandlerCommit } from './HandlerCommit.ts'

/**
 * For handlers that write to their own tables: commits work on a partition, as {@link HandlerStore}`.commit` does, in
 * one transaction with the writes of `work`. `Tx` is the store's type of a transaction.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerTransactions<Tx> {
  /**
   * `work` is not called when the commit is `fenced` or was written before. When `work` fails, nothing is written, and
   * its error is the answer. After `StoreUnavailable` the outcome is unknown: send the same commit again to learn it;
   * the work is not done twice.
   *
   * When the signal fires, the caller waits no longer: a transaction that has not begun never begins, and the answer is
   * `StoreUnavailable`. One that has begun runs to its end.
   */
  readonly commitWithin: <Err>(
    commit: HandlerCommit,
    work: (transaction: Tx) => TE.TaskEither<Err, unknown>,
    signal?: AbortSignalLike,
  ) => TE.TaskEither<Err | InvalidInput | StoreUnavailable, CommitOutcome>
}
