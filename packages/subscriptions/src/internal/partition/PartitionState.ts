import type { Lease } from '@foldlog/core/store'
import { type Attempts, noAttempts } from './Attempts.ts'
import { type BlockedLanes, noBlockedLanes } from './BlockedLanes.ts'
import { type CheckpointGaps, noGaps } from './CheckpointGaps.ts'
import type { StoppedHere } from './PartitionEnd.ts'
import { firstRetrying, type RetryingLanes } from './RetryingLanes.ts'

/**
 * Everything that a partition knows between two commits, as a value. A transition returns the next state beside the
 * unit of work that leads to it, and the partition has that state from the commit on. So a unit of work that is
 * rejected, or that throws, has changed nothing.
 */
export interface PartitionState {
  /** The lease after the last commit: its position is the checkpoint. */
  readonly lease: Lease
  /** Everything up to here is handled, and its changes are committed; beyond the checkpoint there was no event. */
  readonly committedTo: number
  /** Everything up to here was taken from the queue: it is done, or its lane is retrying. */
  readonly takenTo: number
  readonly blocked: BlockedLanes
  readonly retrying: RetryingLanes
  readonly gaps: CheckpointGaps
  readonly attempts: Attempts
  /** Number of events that were handled. */
  readonly handled: number
  /** The stop that the last commit has stored. */
  readonly stopped: StoppedHere | undefined
}

export const openingState = (lease: Lease): PartitionState => ({
  lease,
  committedTo: lease.position,
  takenTo: lease.position,
  blocked: noBlockedLanes,
  retrying: new Map(),
  gaps: noGaps,
  attempts: noAttempts,
  handled: 0,
  stopped: undefined,
})

/**
 * The highest possible checkpoint, when everything up to `to` was taken: a contiguous prefix, before the first event
 * that is retrying.
 */
export const checkpointAt = ({ lease, retrying }: PartitionState, to: number): number =>
  Math.max(lease.position, Math.min(to, firstRetrying(retrying) - 1))
