import type { LogPosition } from '../store/LogPosition.ts'
import type { DocumentChange } from './HandlerDocument.ts'
import type { PartitionRef } from './HandlerRef.ts'

/**
 * Completed work on a partition: its new checkpoint and the changed documents, written all or none. `epoch` and
 * `revision` are those of the lease; `revision` rises by one with each commit. `sourcePosition` is the last place of
 * the log from which anything in this commit was derived; it is at or before `position`.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerCommit extends PartitionRef {
  readonly epoch: number
  readonly revision: number
  readonly position: number
  readonly changes: ReadonlyArray<DocumentChange>
  readonly sourcePosition?: LogPosition | undefined
}

/**
 * The outcome of a {@link HandlerCommit}. `fenced`: another member holds the partition by now, and this call has
 * written nothing. (If it was sent again after a lost connection, the first attempt may have been written; then the
 * other member has continued from there.) `rewound`: the log was rewound since; the commit was derived from events that
 * this log no longer has, and nothing was written.
 *
 * @category model
 * @since 0.1.0
 */
export type CommitOutcome = 'committed' | 'fenced' | 'rewound'
