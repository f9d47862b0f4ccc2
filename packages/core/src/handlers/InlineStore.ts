import type { taskEither as TE } from 'fp-ts'
import type { Append, Appended } from '../store/Append.ts'
import type { HistoryId } from '../store/LogPosition.ts'
import type { AppendError, StoreTask, StoreUnavailable } from '../store/StoreError.ts'
import type { Json } from '../values/Json.ts'
import type { HandlerRef } from './HandlerRef.ts'

/**
 * Writes a view together with an append, or removes it when `data` is absent. `expectedPosition` is the position of the
 * document from which it was made, `null` when there was none. `partition` is the partition of its key.
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewChange {
  readonly key: string
  readonly partition: number
  readonly expectedPosition: number | null
  readonly data?: Json | undefined
}

/**
 * The changes that an append makes to the views of one projection. An empty list is allowed: it proves that the writer
 * has evaluated the projection. `history` is the history of the log in which the changed views were read: when it is
 * not the current one, the change is stale.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProjectionChanges extends HandlerRef {
  readonly changes: ReadonlyArray<ViewChange>
  readonly history?: HistoryId | undefined
}

/**
 * An open generation of a projection: every append to these categories must include its views.
 *
 * @category model
 * @since 0.1.0
 */
export interface OpenInlineProjection extends HandlerRef {
  readonly partitions: number
  readonly categories: ReadonlyArray<string>
}

/**
 * The views of an append are stale: they were made from documents that have changed, or for generations that are not
 * open, or some open projection is missing. Nothing was written. Read the views again and retry.
 *
 * @category errors
 * @since 0.1.0
 */
export interface ViewConflict {
  readonly _tag: 'ViewConflict'
}

/**
 * The port behind inline projections: appends that include the changed views. Once a projection is open, every process
 * is refused an append to one of its categories that does not include its views: `StoreUnavailable`, not retryable.
 *
 * @category model
 * @since 0.1.0
 */
export interface InlineStore {
  /**
   * Appends as `appendAll` does, and writes views with the events, all or none. The views get the position of the last
   * event. A repetition returns the first result and writes no view. The events are checked before the views: an append
   * error wins over a stale view.
   *
   * Of two appends that change one view, the one with the lower positions was written first, and the other was made
   * from its result: so folding the log gives the same view, key by key.
   */
  readonly appendWithViews: (
    appends: ReadonlyArray<Append>,
    views: ReadonlyArray<ProjectionChanges>,
  ) => TE.TaskEither<AppendError | ViewConflict, ReadonlyArray<Appended>>

  /** The open projections, by name. */
  readonly inlineProjections: TE.TaskEither<StoreUnavailable, ReadonlyArray<OpenInlineProjection>>

  /**
   * Pauses appends to these categories for at most `milliseconds` (1 to 60,000), so that the handler can catch up and
   * be opened. Returns when no append is in flight.
   */
  readonly pauseAppends: (name: string, categories: ReadonlyArray<string>, milliseconds: number) => StoreTask<void>

  /**
   * Opens a generation for appends and lets it serve, in one step; ends the pause. Returns `false`, and changes
   * nothing, when an event of these categories is after its checkpoint or is parked. From then on the store itself
   * holds its leases, and members that worked on it are fenced. The generation that served becomes the `previous` one,
   * frozen after the last event that is in its views. Returns `true` when the generation is already open. A generation
   * that does not exist, is `previous` or `outdated`, or is `building` while a rollback is requested, is
   * `InvalidInput`.
   */
  readonly openInline: (handler: HandlerRef, categories: ReadonlyArray<string>) => StoreTask<boolean>

  /**
   * Ends an inline projection: workers may take it over, after the last event of its categories. Returns whether it was
   * open.
   */
  readonly endInline: (name: string) => StoreTask<boolean>
}
