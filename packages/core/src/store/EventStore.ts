import type { taskEither as TE } from 'fp-ts'
import type { RecordedEvent } from '../domain/RecordedEvent.ts'
import type { EventId } from '../values/EventId.ts'
import type { InvalidInput } from '../values/InvalidInput.ts'
import type { StreamName } from '../values/StreamName.ts'
import type { Append, Appended } from './Append.ts'
import type { ExpectedVersion } from './ExpectedVersion.ts'
import type { LogRewound } from './LogPosition.ts'
import type { LogPage, ReadLogOptions } from './ReadLogOptions.ts'
import type { ReadStreamOptions, StreamPage } from './ReadStreamOptions.ts'
import type { AppendError, DeleteError, ReadError, StoreUnavailable } from './StoreError.ts'

/**
 * The state of a stream. `missing`: it never had an event (version 0). `deleted`: `version` is that of its last event.
 *
 * @category model
 * @since 0.1.0
 */
export interface StreamInfo {
  readonly stream: StreamName
  readonly status: 'missing' | 'open' | 'deleted'
  readonly version: number
}

/**
 * What a store may do beyond what every store must. `conditions`: it keeps tags, it is a `BoundaryStore`, and its
 * appends take conditions. A store without them rejects tags and conditions with `InvalidInput`.
 *
 * @category model
 * @since 0.1.0
 */
export interface StoreFeatures {
  readonly conditions: boolean
}

/**
 * A log of events in streams: the port between pure domains and storage. A record of functions; nothing runs before the
 * `TaskEither` is called.
 *
 * @category model
 * @since 0.1.0
 */
export interface EventStore {
  /** What this store does beyond what every store must. Absent: nothing. */
  readonly features?: StoreFeatures | undefined

  /** Appends events to one stream, all or none. Repeating an append with the same ids returns the first result. */
  readonly append: (append: Append) => TE.TaskEither<AppendError, Appended>

  /** Appends to several streams, all or none. The results are in the order of the appends. */
  readonly appendAll: (appends: ReadonlyArray<Append>) => TE.TaskEither<AppendError, ReadonlyArray<Appended>>

  /** Reads a page of a stream. For a stream without events the page is empty and has version 0. */
  readonly readStream: (stream: StreamName, options?: ReadStreamOptions) => TE.TaskEither<ReadError, StreamPage>

  /**
   * Reads a page of the log of all streams. It still contains events of deleted streams. `LogRewound` when `after` is
   * no longer a place of this log: the log ends before it, or was rewound behind it.
   */
  readonly readLog: (options?: ReadLogOptions) => TE.TaskEither<InvalidInput | LogRewound | StoreUnavailable, LogPage>

  /**
   * Finds events by their ids, at most 1,000 at once, in any stream, also in deleted ones; ids that are not stored are
   * left out. Ordered by position.
   */
  readonly findEvents: (
    ids: ReadonlyArray<EventId>,
  ) => TE.TaskEither<InvalidInput | StoreUnavailable, ReadonlyArray<RecordedEvent>>

  /** Returns the status and version of a stream. One that never had an event is `missing`, which is not an error. */
  readonly streamInfo: (stream: StreamName) => TE.TaskEither<InvalidInput | StoreUnavailable, StreamInfo>

  /**
   * Deletes a stream forever, if it is at the expected version. A stream without events is `StreamNotFound` for every
   * expected version.
   */
  readonly deleteStream: (stream: StreamName, expected: ExpectedVersion) => TE.TaskEither<DeleteError, StreamInfo>
}
