import type { HistoryId } from '../store/LogPosition.ts'

/**
 * The checkpoints of handlers, in a history of the log. `positions` has the lowest checkpoint of the partitions of each
 * handler, by name; an unknown handler is left out.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerCheckpoints {
  readonly history: HistoryId
  readonly positions: Readonly<Record<string, number>>
}

/**
 * The revision of a partition at the time of a read: see {@link PartitionStatus}.
 *
 * @category model
 * @since 0.1.0
 */
export interface PartitionRevision {
  readonly generation: number
  readonly partition: number
  readonly epoch: number
  readonly revision: number
}

/**
 * A handler whose checkpoints are to be reset: the position, and the partitions from which that position was computed.
 * These are all partitions of the generations that are reset.
 *
 * @category model
 * @since 0.1.0
 */
export interface SetBack {
  readonly name: string
  readonly position: number
  readonly partitions: ReadonlyArray<PartitionRevision>
}
