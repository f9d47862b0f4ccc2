import type { option as O, taskEither as TE } from 'fp-ts'
import type { InvalidInput } from '../values/InvalidInput.ts'
import type { Json } from '../values/Json.ts'
import type { StreamName } from '../values/StreamName.ts'
import type { HistoryId } from './LogPosition.ts'
import type { StreamPage } from './ReadStreamOptions.ts'
import type { ReadError, StoreUnavailable } from './StoreError.ts'

/**
 * The state of a stream folded up to `version`, in the form its codec gave it. `schemaVersion` is the version of the
 * shape of the state, from 1: a reader of another shape never sees it. `history` is the history of the log in which the
 * folded events were read; a store does not return it.
 *
 * @category model
 * @since 0.1.0
 */
export interface Snapshot {
  readonly stream: StreamName
  readonly version: number
  readonly schemaVersion: number
  readonly state: Json
  readonly history?: HistoryId
}

/**
 * The newest snapshot of the wanted shape, if there is one, and the first page of the events behind it: of the whole stream when there is
 * none.
 *
 * @category model
 * @since 0.1.0
 */
export interface SnapshotPage {
  readonly snapshot: O.Option<Snapshot>
  readonly page: StreamPage
}

/**
 * Keeps snapshots beside the events. They are a cache: losing one costs time, never data. One snapshot is kept for each
 * stream and schema version; saving an older version than the one kept changes nothing, and so does saving one of a
 * stream that does not exist, is deleted, or has not come so far. Saving a snapshot of lost events changes nothing
 * either. A snapshot whose event is no longer in the stream is never returned.
 *
 * @category model
 * @since 0.1.0
 */
export interface SnapshotStore {
  /** Reads a snapshot and at most `count` events behind it (1,000 when absent), in one round trip. */
  readonly readFromSnapshot: (
    stream: StreamName,
    schemaVersion: number,
    count?: number,
  ) => TE.TaskEither<ReadError, SnapshotPage>
  readonly saveSnapshot: (snapshot: Snapshot) => TE.TaskEither<InvalidInput | StoreUnavailable, void>
}
