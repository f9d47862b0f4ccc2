import type { option as O, taskEither as TE } from 'fp-ts'
import type { InvalidInput } from '../values/InvalidInput.ts'
import type { Json } from '../values/Json.ts'
import type { StreamName } from '../values/StreamName.ts'
import type { HistoryId } from './LogPosition.ts'
import type { StreamPage } from './ReadStreamOptions.ts'
import type { ReadError, StoreUnavailable } from './StoreError.ts'

/**
 * The state of a stream folded up to `version`, encoded by its codec. `schemaVersion` is the version of the state's
 * shape, from 1: a reader of another shape never gets it. `history` is the history of the log in which the folded
 * events were read; a store does not return it.
 *
 * @category model
 * @since 0.1.0
 */
export interface Snapshot {
  readonly stream: StreamName
  readonly version: number
  readonly schemaVersion: number
  readonly state: Json
  readonly history?: HistoryId | undefined
}

/**
 * The newest snapshot of the requested shape, if there is one, and the first page of the events after it; without a
 * snapshot, the first page of the stream.
 *
 * @category model
 * @since 0.1.0
 */
export interface SnapshotPage {
  readonly snapshot: O.Option<Snapshot>
  readonly page: StreamPage
}

/**
 * Keeps snapshots beside the events. They are a cache: losing one costs time, never data. The store keeps one snapshot
 * for each stream and schema version. Saving changes nothing when the version is older than the kept one, when the
 * stream does not exist, is deleted or has not reached that version, and when the snapshot was made from lost events. A
 * snapshot whose event is no longer in the stream is never returned.
 *
 * @category model
 * @since 0.1.0
 */
export interface SnapshotStore {
  /** Reads a snapshot and at most `count` events after it (1,000 when absent), in one round trip. */
  readonly readFromSnapshot: (
    stream: StreamName,
    schemaVersion: number,
    count?: number,
  ) => TE.TaskEither<ReadError, SnapshotPage>
  readonly saveSnapshot: (snapshot: Snapshot) => TE.TaskEither<InvalidInput | StoreUnavailable, void>
}
