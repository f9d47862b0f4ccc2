import type { HistoryId } from '../store/LogPosition.ts'
import type { EventId } from '../values/EventId.ts'
import type { Json } from '../values/Json.ts'
import type { HandlerRef, PartitionRef } from './HandlerRef.ts'

/**
 * An event that identifies a place in the log: the event with this id is at this position.
 *
 * @category model
 * @since 0.1.0
 */
export interface EventAnchor {
  readonly position: number
  readonly id: EventId
}

/**
 * The right to work on a partition, until it is released or expires. `epoch` rises whenever the partition changes its
 * owner; a commit with an older epoch is refused as a whole. `position` is the checkpoint: every event of the partition
 * up to it has been handled. `revision` counts the commits of the partition. `anchor` is the last event of the log at
 * or before `position` when the checkpoint was written; `null` when there was none. A log that has another event at
 * that position, or none, is not the log that was handled. `released`: the holder before has released the partition, or
 * there was none; false when its lease expired, so that it may have ended in the middle of its work.
 *
 * @category model
 * @since 0.1.0
 */
export interface Lease extends PartitionRef {
  readonly epoch: number
  readonly revision: number
  readonly position: number
  readonly anchor: EventAnchor | null
  readonly released: boolean
}

/**
 * The heartbeat of a member of a consumer group: it is alive, it requests leases for `leaseTime`, and it sends a
 * `report` that is kept for the status. The name of a member must be unique and never used before, such as a ULID.
 * `capacity` is the maximum number of partitions it takes: 0 when it is leaving.
 *
 * @category model
 * @since 0.1.0
 */
export interface Heartbeat extends HandlerRef {
  readonly member: string
  /** Milliseconds, by the store's clock. */
  readonly leaseTime: number
  readonly capacity: number
  readonly report: Json
}

/**
 * The answer to a {@link Heartbeat}: all leases of the member, old and new. `surplus` is the number of partitions
 * beyond its fair share: the member finishes its current work on that many, then releases them. `nextHeartbeatIn` is
 * the number of milliseconds until another member's first lease expires, `null` if no other member has one: send the
 * next heartbeat by then to take over at once. It is at most a twelfth of the own lease while a partition is free that
 * the member could not take, or while another member has more than its share and this one less than its own. `history`
 * is the history of the log for the positions of the leases.
 *
 * `known` is false when the store has no such generation: it was never registered, was retired, or is gone with the
 * database. So a member that waits for partitions can distinguish an unknown generation from one whose partitions other
 * members hold.
 *
 * @category model
 * @since 0.1.0
 */
export interface HeartbeatAnswer {
  /** Whether the generation is registered. */
  readonly known: boolean
  readonly leases: ReadonlyArray<Lease>
  /** Partitions. */
  readonly surplus: number
  /** Milliseconds; null when no other member has a lease. */
  readonly nextHeartbeatIn: number | null
  readonly history: HistoryId
}
