import type { taskEither as TE } from 'fp-ts'
import type { EventId } from '../values/EventId.ts'
import type { InvalidInput } from '../values/InvalidInput.ts'
import { Limits } from '../values/Limits.ts'
import type { StreamName } from '../values/StreamName.ts'
import type { BoundaryChanged } from './Condition.ts'
import type { ExpectedVersion } from './ExpectedVersion.ts'
import type { LogRewound } from './LogPosition.ts'

/**
 * A stream that is not at the version that the writer expected. `actual` is the version of its last event, 0 when it
 * has none. `rewound` means that the log was rewound since the expected version was read: the stream may have that
 * version again, with other events. Read the stream again, from its beginning.
 *
 * @category errors
 * @since 0.1.0
 */
export interface StreamConflict {
  readonly stream: StreamName
  readonly expected: ExpectedVersion
  readonly actual: number
  readonly rewound?: true | undefined
}

/**
 * A stream is not at the version that the writer expected. Nothing was written. The fields are those of the first such
 * stream, in the order of the append: the streams to which it writes, then those that it checks. `others` has the
 * further ones when there are any, up to `Limits.conflictsPerError` in all.
 *
 * @category errors
 * @since 0.1.0
 */
export interface VersionConflict extends StreamConflict {
  readonly _tag: 'VersionConflict'
  readonly others?: ReadonlyArray<StreamConflict> | undefined
}

/**
 * The stream never had an event, but the operation needs one.
 *
 * @category errors
 * @since 0.1.0
 */
export interface StreamNotFound {
  readonly _tag: 'StreamNotFound'
  readonly stream: StreamName
}

/**
 * The stream was deleted: it can be neither read nor appended to, and its name cannot be used again.
 *
 * @category errors
 * @since 0.1.0
 */
export interface StreamDeleted {
  readonly _tag: 'StreamDeleted'
  readonly stream: StreamName
}

/**
 * An append has an event id that is already stored, and does not repeat the append that stored it: it differs in the
 * stream, the other events or the order. Nothing was written. `id` is the first such id.
 *
 * @category errors
 * @since 0.1.0
 */
export interface EventIdReused {
  readonly _tag: 'EventIdReused'
  readonly stream: StreamName
  readonly id: EventId
}

/**
 * The store could not be reached, or gave no answer in time. `retryable` says whether a retry makes sense. An append
 * that ends this way may or may not have been written: append the same ids again, and it is written once.
 *
 * @category errors
 * @since 0.1.0
 */
export interface StoreUnavailable {
  readonly _tag: 'StoreUnavailable'
  readonly why: string
  readonly retryable: boolean
  readonly cause: unknown
}

/**
 * Too many appends are already waiting; this one was neither queued nor written. Slow down, then try again.
 *
 * @category errors
 * @since 0.1.0
 */
export interface StoreOverloaded {
  readonly _tag: 'StoreOverloaded'
  /** Appends that are waiting. */
  readonly waiting: number
  /** Maximum number of waiting appends. */
  readonly limit: number
}

/**
 * Every error of an append.
 *
 * @category errors
 * @since 0.1.0
 */
export type AppendError =
  | InvalidInput
  | VersionConflict
  | BoundaryChanged
  | StreamDeleted
  | EventIdReused
  | StoreUnavailable
  | StoreOverloaded

/**
 * Every error of a read.
 *
 * @category errors
 * @since 0.1.0
 */
export type ReadError = InvalidInput | StreamDeleted | StoreUnavailable

/**
 * Every error of the deletion of a stream.
 *
 * @category errors
 * @since 0.1.0
 */
export type DeleteError = InvalidInput | StreamNotFound | VersionConflict | StreamDeleted | StoreUnavailable

/**
 * Every error of an event store.
 *
 * @category errors
 * @since 0.1.0
 */
export type StoreError = AppendError | ReadError | DeleteError | LogRewound

/**
 * What a function of a port returns that checks its input and uses the storage.
 *
 * @category model
 * @since 0.1.0
 */
export type StoreTask<A> = TE.TaskEither<InvalidInput | StoreUnavailable, A>

/**
 * Makes a {@link VersionConflict}.
 *
 * @category errors
 * @since 0.1.0
 */
export const versionConflict = (stream: StreamName, expected: ExpectedVersion, actual: number): VersionConflict => ({
  _tag: 'VersionConflict',
  stream,
  expected,
  actual,
})

/**
 * Makes the {@link VersionConflict} of an append whose expected version was read before the log was rewound.
 *
 * @category errors
 * @since 0.1.0
 */
export const rewoundConflict = (stream: StreamName, expected: ExpectedVersion, actual: number): VersionConflict => ({
  ...versionConflict(stream, expected, actual),
  rewound: true,
})

/**
 * Makes the {@link VersionConflict} of an append with these conflicts, in the order of the append; `undefined` when
 * there are none.
 *
 * @category errors
 * @since 0.1.0
 */
export const versionConflictOf = (conflicts: ReadonlyArray<StreamConflict>): VersionConflict | undefined => {
  const [first, ...others] = conflicts.slice(0, Limits.conflictsPerError)
  if (first === undefined) return undefined
  return { _tag: 'VersionConflict', ...first, ...(others.length === 0 ? undefined : { others }) }
}

/**
 * Makes a {@link StreamNotFound}.
 *
 * @category errors
 * @since 0.1.0
 */
export const streamNotFound = (stream: StreamName): StreamNotFound => ({ _tag: 'StreamNotFound', stream })

/**
 * Makes a {@link StreamDeleted}.
 *
 * @category errors
 * @since 0.1.0
 */
export const streamDeleted = (stream: StreamName): StreamDeleted => ({ _tag: 'StreamDeleted', stream })

/**
 * Makes an {@link EventIdReused}.
 *
 * @category errors
 * @since 0.1.0
 */
export const eventIdReused = (stream: StreamName, id: EventId): EventIdReused => ({ _tag: 'EventIdReused', stream, id })

/**
 * Makes a {@link StoreUnavailable}.
 *
 * @category errors
 * @since 0.1.0
 */
export const storeUnavailable = (why: string, retryable: boolean, cause: unknown): StoreUnavailable => ({
  _tag: 'StoreUnavailable',
  why,
  retryable,
  cause,
})

/**
 * Makes a {@link StoreOverloaded}.
 *
 * @category errors
 * @since 0.1.0
 */
export const storeOverloaded = (waiting: number, limit: number): StoreOverloaded => ({
  _tag: 'StoreOverloaded',
  waiting,
  limit,
})
