import type { AnyAggregate, StateOf } from '@foldlog/core'
import type { taskEither as TE } from 'fp-ts'
import type { LoadError, VersionNotFound } from './DispatchError.ts'
import type { Loaded } from './Loaded.ts'

/**
 * Selects the state of an aggregate. `at` is a version of its stream, from 0 (before the first event), or a time. At a
 * time, the state has every event that was recorded at or before it. The current state when `at` is absent.
 *
 * The clock of a store may be set back, so an event may carry an earlier time than the event before it. It was recorded
 * later all the same: the state then has both.
 *
 * @category model
 * @since 0.1.0
 */
export interface LoadOptions {
  readonly at?: number | Date | undefined
}

/**
 * Loads a state of an aggregate, in at least one round trip. A state in the past is folded from a snapshot when a
 * stored one is old enough, and from the beginning of the stream otherwise. A time costs one read more, backwards from
 * the end of the stream to the time. Nothing of it is cached.
 *
 * `VersionNotFound` when the stream is shorter than the version `at`.
 *
 * @category model
 * @since 0.1.0
 */
export interface Load<A extends AnyAggregate> {
  <B extends A>(aggregate: B, id: string): TE.TaskEither<LoadError, Loaded<StateOf<B>>>
  <B extends A>(
    aggregate: B,
    id: string,
    options: LoadOptions | undefined,
  ): TE.TaskEither<LoadError | VersionNotFound, Loaded<StateOf<B>>>
}
