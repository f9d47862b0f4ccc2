import type { RecordedEvent } from '../domain/RecordedEvent.ts'
import { printed } from '../values/printed.ts'
import type { CheckedQuery, Query } from '../values/Query.ts'
import type { StreamName } from '../values/StreamName.ts'
import type { Marker } from './Marker.ts'

/**
 * A condition of an append: no event that meets the query has appeared since it was read. `marker` is the one that the
 * read returned. Without a marker the condition is that no event at all meets the query.
 *
 * @category model
 * @since 0.1.0
 */
export interface Condition {
  readonly query: Query
  readonly marker?: Marker | undefined
}

/**
 * A {@link Condition} with a checked query. `marker` is `null` when the caller gave none; it has been checked by its
 * shape, and it is a marker of this log.
 *
 * @category for store authors
 * @since 0.1.0
 */
export interface CheckedCondition {
  readonly query: CheckedQuery
  readonly marker: Marker | null
}

/**
 * What a store that keeps tags and looks at conditions says when it checks input: `log` is the log of its markers,
 * `undefined` when the store compares that itself.
 *
 * @category for store authors
 * @since 0.1.0
 */
export interface BoundarySupport {
  readonly log: string | undefined
}

/**
 * An event that an append's condition excludes: it meets the query, and the marker has not seen it. `condition` is the
 * index of the condition, counted over all conditions of all appends that were to be stored together. `type` is the
 * stored name of the event.
 *
 * @category model
 * @since 0.1.0
 */
export interface BoundaryConflict {
  readonly condition: number
  readonly position: number
  readonly type: string
  readonly stream: StreamName
}

/**
 * What appeared since a condition was read: the events that a read after its marker would return, all of them, in the
 * order of positions, and the marker that it would return with them. `condition` is an index as in a
 * {@link BoundaryConflict}.
 *
 * @category model
 * @since 0.1.0
 */
export interface ConditionChange {
  readonly condition: number
  readonly events: ReadonlyArray<RecordedEvent>
  readonly marker: Marker
}

/**
 * Conditions of an append are not met: events that meet their queries have appeared since they were read. Nothing was
 * written. `conflicts` has such events of every condition that is not met, by condition, then position: at least one of
 * each, and at most {@link Limits}`.conflicts` in all.
 *
 * `rewound` means that a marker was read before the log was rewound: events that were read may be gone. Read again,
 * without a marker. Then `conflicts` may be empty.
 *
 * A store may say in `changes` what has appeared, for every condition that is not met, so that a writer decides again
 * without a read.
 *
 * @category errors
 * @since 0.1.0
 */
export interface BoundaryChanged {
  readonly _tag: 'BoundaryChanged'
  readonly conflicts: ReadonlyArray<BoundaryConflict>
  readonly rewound?: true | undefined
  readonly changes?: ReadonlyArray<ConditionChange> | undefined
}

/**
 * Makes a {@link BoundaryChanged}.
 *
 * @category errors
 * @since 0.1.0
 */
export const boundaryChanged = (
  conflicts: ReadonlyArray<BoundaryConflict>,
  more: Pick<BoundaryChanged, 'rewound' | 'changes'> = {},
): BoundaryChanged => ({
  _tag: 'BoundaryChanged',
  conflicts: printed([...conflicts], () =>
    conflicts.map(({ type, stream, position }) => `${type} of ${stream} (position ${position})`),
  ),
  ...more,
})
