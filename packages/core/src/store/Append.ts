import type { NewEvent } from '../domain/RecordedEvent.ts'
import type { StreamName } from '../values/StreamName.ts'
import type { Condition } from './Condition.ts'
import type { ExpectedVersion } from './ExpectedVersion.ts'
import type { HistoryId } from './LogPosition.ts'
import type { Marker } from './Marker.ts'
import type { StreamCheck } from './StreamCheck.ts'

/**
 * Events to append to one stream, all or none, if the stream is at the expected version. At least one event.
 *
 * `history` is the history of the log in which an exact expected version was read. After a rewind the log grows again,
 * and other events get the same version numbers: with `history` an append that was decided on lost events is a
 * `VersionConflict`; without it only the number is compared.
 *
 * `conditions` are queries that must have no new match, for stores whose `features` have them. In `appendAll` the
 * conditions of every part hold for all of them.
 *
 * `checks` are other streams on which the decision rests, at most `Limits.checksPerAppend` in one call. Nothing is
 * written to them, and nothing at all when one of them is not as expected. In `appendAll` the checks of every part hold
 * for all of them.
 *
 * @category model
 * @since 0.1.0
 */
export interface Append {
  readonly stream: StreamName
  readonly expected: ExpectedVersion
  readonly events: ReadonlyArray<NewEvent>
  readonly history?: HistoryId | undefined
  readonly conditions?: ReadonlyArray<Condition> | undefined
  readonly checks?: ReadonlyArray<StreamCheck> | undefined
}

/**
 * The result of an {@link Append}. `firstVersion` to `version` are the versions of its events, `positions` their places
 * in the log, in the order of the events. `history` is the history of the log that has them. `repeated` means that the
 * same append was stored before, and that this is its first result.
 *
 * `markers` are there when this append had conditions and was stored now: for each condition the marker of a read that
 * ends with this append. The condition, and the events of this append that meet its query, are what it has seen.
 *
 * @category model
 * @since 0.1.0
 */
export interface Appended {
  readonly stream: StreamName
  readonly firstVersion: number
  readonly version: number
  readonly positions: ReadonlyArray<number>
  readonly recordedAt: Date
  readonly repeated: boolean
  readonly history: HistoryId
  readonly markers?: ReadonlyArray<Marker> | undefined
}
