import type { Event, HistoryId, RecordedEvent, StreamName } from '@foldlog/core'
import type { Loaded } from './Loaded.ts'

/**
 * Selects a page of the history of an aggregate: at most `count` stored events (1,000 when absent) after a version, or
 * after a loaded state. After a version above 0, the state at that version is loaded first; after a loaded state, such
 * as `last` of a page, nothing is folded twice.
 *
 * @category model
 * @since 0.1.0
 */
export interface HistoryOptions<S> {
  readonly after?: number | Loaded<S> | undefined
  readonly count?: number | undefined
}

/**
 * A stored event of an aggregate, and the state after it. `events` are what its codec makes of it now: one event for
 * most, several when the stored form is split, none when it is dropped.
 *
 * @category model
 * @since 0.1.0
 */
export interface HistoryEntry<Ev extends Event, S> {
  readonly recorded: RecordedEvent
  readonly events: ReadonlyArray<Ev>
  readonly state: S
}

/**
 * A page of the history of an aggregate. `version` is that of the stream's last event when the page was read, and
 * `history` the history of the log. `last` is the state after the last entry of the page: the next page begins after
 * it. `end` means that there is no later event.
 *
 * @category model
 * @since 0.1.0
 */
export interface HistoryPage<Ev extends Event, S> {
  readonly stream: StreamName
  readonly version: number
  readonly history: HistoryId
  readonly entries: ReadonlyArray<HistoryEntry<Ev, S>>
  readonly last: Loaded<S>
  readonly end: boolean
}
