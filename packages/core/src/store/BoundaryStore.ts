import type { option as O, taskEither as TE } from 'fp-ts'
import type { RecordedEvent } from '../domain/RecordedEvent.ts'
import type { InvalidInput } from '../values/InvalidInput.ts'
import type { Query } from '../values/Query.ts'
import type { LogRewound } from './LogPosition.ts'
import type { Marker } from './Marker.ts'
import type { ReadMatchingOptions } from './ReadMatchingOptions.ts'
import type { StoreUnavailable } from './StoreError.ts'

/**
 * Events that meet a query, and the marker for a condition on them. `end`: there was none left to read.
 *
 * @category model
 * @since 0.1.0
 */
export interface MatchingPage {
  readonly events: ReadonlyArray<RecordedEvent>
  readonly marker: Marker
  readonly end: boolean
}

/**
 * The last event that meets a query, if there is one, and the marker for a condition on everything that meets it.
 *
 * @category model
 * @since 0.1.0
 */
export interface LastMatching {
  readonly event: O.Option<RecordedEvent>
  readonly marker: Marker
}

/**
 * The reads of consistency boundaries. A store that has them also keeps the tags of events and looks at the conditions
 * of appends, and says so in `features`.
 *
 * An append with a condition is stored only if no event that meets its query has appeared since the marker: whatever
 * the position of that event is, and although its transaction may still have been open at the read. An event that does
 * not meet the query never fails a condition.
 *
 * @category model
 * @since 0.1.0
 */
export interface BoundaryStore {
  /**
   * Reads events that meet a query, also those that are not settled yet and those of deleted streams. Forward, in the
   * order of positions, the marker has seen exactly what this page and the pages before it have: continue with `after:
   * marker` until `end`. Backward, from the last event, it has seen everything that met the query, also what exceeds
   * `limit`. `LogRewound` when the events behind `after` may be gone.
   */
  readonly readMatching: (
    options: ReadMatchingOptions,
  ) => TE.TaskEither<InvalidInput | LogRewound | StoreUnavailable, MatchingPage>

  /** Reads the last event that meets a query: `readMatching` backward, with the limit 1. */
  readonly lastMatching: (query: Query) => TE.TaskEither<InvalidInput | StoreUnavailable, LastMatching>
}
