import type { HistoryId } from '../store/LogPosition.ts'

/**
 * Whether any process works on a handler.
 *
 * - `stopped`: its serving generation has a document of the kind `stop` without a requested action.
 * - `resuming`: an action is requested for all of its stops. Its members return with their next heartbeats.
 * - `working`: it has a member whose lease has not expired, in any generation.
 * - `idle`: it has no such member.
 *
 * @category model
 * @since 0.1.0
 */
export type HandlerActivity = 'working' | 'idle' | 'stopped' | 'resuming'

/**
 * What a caller that waits for a handler needs to know of it. `hasParked` says whether its serving generation has
 * parked events.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerCondition {
  readonly activity: HandlerActivity
  readonly hasParked: boolean
}

/**
 * The checkpoints of handlers, in a history of the log. `positions` has the lowest checkpoint of the partitions of each
 * handler, by name, and `conditions` says what else a caller needs that waits for it; an unknown handler is left out.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerCheckpoints {
  readonly history: HistoryId
  readonly positions: Readonly<Record<string, number>>
  readonly conditions: Readonly<Record<string, HandlerCondition>>
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
