import type { Json } from '../values/Json.ts'
import type { HandlerIdentity } from './HandlerIdentity.ts'
import type { HandlerRef } from './HandlerRef.ts'

/**
 * The progress of a partition. `holder` is the member that holds its lease, `until` the time at which the lease expires
 * if the member sends no further heartbeat; both are `null` when no member works on it. `waitingSince` is when the
 * first event after its checkpoint was recorded. It is `null` when there is no such event, and in a generation that is
 * `previous` or `outdated`, because no member works on these. `epoch` and `revision` together show whether anything of
 * the partition has changed since they were read: a commit raises the revision, every other change the epoch.
 *
 * @category model
 * @since 0.1.0
 */
export interface PartitionStatus {
  readonly partition: number
  readonly position: number
  readonly epoch: number
  readonly revision: number
  readonly holder: string | null
  readonly until: Date | null
  readonly waitingSince: Date | null
}

/**
 * A member of a consumer group, as it last reported.
 *
 * @category model
 * @since 0.1.0
 */
export interface MemberStatus {
  readonly member: string
  readonly until: Date
  readonly report: Json
}

/**
 * Why a partition has stopped, as stored in its document of the kind `stop`, and the action that was requested for it.
 *
 * @category model
 * @since 0.1.0
 */
export interface StopStatus {
  readonly partition: number
  readonly data: Json
  readonly requestedAction: string | null
}

/**
 * The role of a generation within its handler.
 *
 * - `serving`: queries read it.
 * - `building`: it has never served, and is newer than the serving one. It takes over when it holds what the serving
 *   one holds.
 * - `previous`: it served before the serving one, and is kept for a rollback. It is frozen: no member gets a lease of
 *   it.
 * - `returning`: the previous generation, after a rollback was requested. It catches up, then serves again.
 * - `outdated`: none of these. It can be retired. A generation whose documents were made from lost events is
 *   `outdated`, unless it serves.
 *
 * @category model
 * @since 0.1.0
 */
export type GenerationRole = 'serving' | 'building' | 'previous' | 'returning' | 'outdated'

/**
 * One generation of a handler, with the facts that processes running it need. `serves` means that queries read this
 * generation; `role` is its role. `partitions` is the number of its partitions, `position` its checkpoint: the lowest
 * of theirs. `stops` are its documents of the kind `stop`, by key. `checkpointResets` counts how often its checkpoints
 * were reset. `identity` is `null` when it was registered without one.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerGeneration extends HandlerRef {
  readonly serves: boolean
  readonly role: GenerationRole
  readonly partitions: number
  readonly position: number
  readonly stops: ReadonlyArray<StopStatus>
  readonly checkpointResets: number
  readonly identity: HandlerIdentity | null
}

/**
 * One generation of a handler, as any process sees it. `serves` means that queries read this generation; `role` is its
 * role. `timers` and `commands` count documents of these kinds. `parked` counts events: documents of this kind with the
 * same `position` in their data count once, and each one with an `input`, which is no event. `stops` are the documents
 * of the kind `stop`, by key.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerStatus extends HandlerRef {
  readonly serves: boolean
  readonly role: GenerationRole
  readonly partitions: ReadonlyArray<PartitionStatus>
  readonly members: ReadonlyArray<MemberStatus>
  readonly parked: number
  readonly timers: number
  readonly commands: number
  readonly stops: ReadonlyArray<StopStatus>
}
