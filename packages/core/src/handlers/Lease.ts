import type { HistoryId } from '../store/LogPosition.ts'
import type { EventId } from '../values/EventId.ts'
import type { Json } from '../values/Json.ts'
import type { HandlerRef, PartitionRef } from './HandlerRef.ts'

/**
 * An event that marks a place in the log: the event with this id is at this position.
 *
 * @category model
 * @since 0.1.0
 */
export interface EventAnchor {
  readonly position: number
  readonly id: EventId
}

/**
 * The right to work on a partition, until it is given up or expires. `epoch` rises whenever the partition changes
 * hands; work that brings an older epoch is refused, whole. `position` is the checkpoint: every event of the partition
 * up to it has been handled. `revision` counts the commits of the partition. `anchor` is the last event of the log at
 * or before `position` when the checkpoint was written; `null` when there was none. A log that has another event at
 * that position, or none, is not the log that was handled.
 *
 * @category model
 * @since 0.1.0
 */
export interface Lease extends PartitionRef {
  readonly epoch: number
  readonly revision: number
  readonly position: number
  readonly anchor: EventAnchor | null
}

/**
 * What a member of a consumer group says at every heartbeat: that it lives, for how long it wants its leases, in milliseconds, and how it fares
 * (kept for the status). The name of a member must be its own, never used before: a ULID, say. `capacity` bounds the partitions it wants: 0 when it is leaving.
 *
 * @category model
 * @since 0.1.0
 */
export interface Heartbeat extends HandlerRef {
  readonly member: string
  /** Milliseconds, by the clock of the store. */
  readonly leaseTime: number
  readonly capacity: number
  readonly report: Json
}

/**
 * The answer to a {@link Heartbeat}: all leases of the member, old and new, and how many of them are more than its fair share. A member finishes
 * what it has in hand on as many partitions, then gives them up. `again` is when to beat again at the latest, so as to take over what another leaves the
 * moment its time is over: in so many milliseconds the first lease of another runs out, unless it is renewed; `null` when there is none. When something is free
 * that the member could not have, or another has more than its share of what the member has too little of, it is a twelfth of its own lease at most.
 * `history` is the history of the log in which the positions of the leases are.
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
