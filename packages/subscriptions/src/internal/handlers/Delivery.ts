import type { RecordedEvent } from '@foldlog/core'
import type { either as E } from 'fp-ts'
import type { AnyRecorded } from '../../EventHandler.ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'

/**
 * An event on its way to a handler, in one lane. Events of one lane are handled in order. `content` has the decoded
 * events that belong to this lane, several for a stored form that was split; or why the event could not be decoded:
 * then the lane is that of its stream.
 */
export interface Delivery {
  readonly lane: string
  readonly event: RecordedEvent
  readonly content: E.Either<HandlerFailure, ReadonlyArray<AnyRecorded>>
}
