import type { taskEither as TE } from 'fp-ts'
import type { InvalidInput } from '../values/InvalidInput.ts'
import type { HistoryId, LogPosition, LogRewound } from './LogPosition.ts'
import type { StoreUnavailable } from './StoreError.ts'

/**
 * The growing end of a log, for readers that follow it.
 *
 * @category model
 * @since 0.1.0
 */
export interface LogTail {
  /** The position up to which the log is settled now: no event will ever appear at or before it. 0 for an empty log. */
  readonly settledPosition: TE.TaskEither<StoreUnavailable, number>
  /** The history of the log now. */
  readonly history: TE.TaskEither<StoreUnavailable, HistoryId>
  /** Checks that a remembered place is still a place of this log; `LogRewound` when it is not. */
  readonly verify: (logPosition: LogPosition) => TE.TaskEither<InvalidInput | LogRewound | StoreUnavailable, void>
  /**
   * Calls `listener` soon after events may have been appended, by this process or another. The call is a hint: it may
   * come too often, and it may be lost, so a reader that follows the log must also poll, slowly. The returned function
   * ends the calls. A listener must not throw: no caller would catch it.
   */
  readonly onAppend: (listener: () => void) => () => void
}
