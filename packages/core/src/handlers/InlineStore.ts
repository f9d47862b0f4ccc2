import type { taskEither as TE } from 'fp-ts'
import type { Append, Appended } from '../store/Append.ts'
import type { HistoryId } from '../store/LogPosition.ts'
import type { AppendError, StoreUnavailable } from '../store/StoreError.ts'
import type { InvalidInput } from '../values/InvalidInput.ts'
import type { Json } from '../values/Json.ts'
import type { HandlerRef } from './HandlerRef.ts'

/**
 * A view written anew with an append, or removed when `data` is absent. `basis` is the position of the document that it was made from, `null` when there was
 * none. `partition` is the one that its key belongs to.
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewChange {
  readonly key: string
  readonly partition: number
  readonly expectedPosition: number | null
  readonly data?: Json
}

/**
 * What an append changes in the views of one projection. An empty list of changes says that the writer knows the
 * projection. `history` is the history of the log in which the changed views were read: when it is not the current one,
 * the change is stale.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProjectionChanges extends HandlerRef {
  readonly changes: ReadonlyArray<ViewChange>
  readonly history?: HistoryId
}

/**
 * A generation of a projection that is open: every append to these categories brings its views.
 *
 * @category model
 * @since 0.1.0
 */
export interface OpenInlineProjection extends HandlerRef {
  readonly partitions: number
  readonly categories: ReadonlyArray<string>
}

/**
 * The views of an append were made from documents that are not there any more, or for generations that are not open, or not for all that are. Nothing was
 * written. Read anew, and try again.
 *
 * @category errors
 * @since 0.1.0
 */
export interface ViewConflict {
  readonly _tag: 'ViewConflict'
}

type StoreTask<A> = TE.TaskEither<InvalidInput | StoreUnavailable, A>

/**
 * Appends that bring the views of projections with them: the port behind inline projections. Once a projection is open, an append to one of its categories that
 * does not bring its views is refused, in whatever process: `StoreUnavailable`, not retryable.
 *
 * @category model
 * @since 0.1.0
 */
export interface InlineStore {
  /**
   * Appends as `appendAll` does, and writes views with the events, all or none. They get the position of the last event. A repetition gives the first result
   * and writes no view. Whether events can be appended is said before whether views are stale.
   *
   * Of two appends that change one view, that with the lower positions has written it first, and the other was made from it: so a fold of the log, key by key,
   * gives the same.
   */
  readonly appendWithViews: (
    appends: ReadonlyArray<Append>,
    views: ReadonlyArray<ProjectionChanges>,
  ) => TE.TaskEither<AppendError | ViewConflict, ReadonlyArray<Appended>>

  /** The projections that are open, by name. */
  readonly inlineProjections: TE.TaskEither<StoreUnavailable, ReadonlyArray<OpenInlineProjection>>

  /**
   * Has appends to these categories wait, for so many milliseconds (1 to 60,000) at most, so that the handler can catch up and be opened. When this returns
   * none is under way.
   */
  readonly pauseAppends: (name: string, categories: ReadonlyArray<string>, milliseconds: number) => StoreTask<void>

  /**
   * Opens a generation for appends, and lets it serve, in one step; ends the pause. `false`, and nothing changes, when
   * an event of these categories is behind its checkpoint or is parked. From then on the store itself holds its leases,
   * and members that worked on it are fenced. The generation that served becomes the `previous` one, frozen behind the
   * last event that is in its views. `true` when the generation is open already. A generation that does not exist, is
   * `previous` or `outdated`, or is `building` while a rollback is requested, is `InvalidInput`.
   */
  readonly openInline: (handler: HandlerRef, categories: ReadonlyArray<string>) => StoreTask<boolean>

  /** Ends an inline projection: workers may take it over, behind the last event of its categories. Says whether it was open. */
  readonly endInline: (name: string) => StoreTask<boolean>
}
