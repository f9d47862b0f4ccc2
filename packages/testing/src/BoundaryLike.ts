import type { EncodeFailure, Event, InvalidInput, Query, StreamName, Tag, View } from '@foldlog/core'
import type { either as E } from 'fp-ts'

/**
 * A boundary of any commands and events.
 *
 * @category model
 * @since 0.1.0
 */
export interface BoundaryLike {
  readonly commands: ReadonlyArray<string>
  readonly events: {
    readonly encode: (event: never) => E.Either<EncodeFailure, unknown>
    readonly tags: (event: never) => E.Either<EncodeFailure, ReadonlyArray<Tag>>
  }
  readonly reads: (command: never) => View<Event, unknown>
  readonly decide: (command: never, state: never) => E.Either<unknown, ReadonlyArray<Event>>
  readonly stream: (event: never, command: never) => E.Either<InvalidInput, StreamName>
  readonly guard?: ((command: never) => Query) | undefined
}
