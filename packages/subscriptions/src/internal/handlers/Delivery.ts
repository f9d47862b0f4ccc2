import type { RecordedEvent } from '@foldlog/core'
import type { either as E } from 'fp-ts'
import type { AnyRecorded } from '../../EventHandler.ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'

/**
 * An event on its way to a handler, in one lane. What is in one lane is handled in order. `content` are the events that it decodes to and that belong to
 * this lane, several for a form that was split; or why that cannot be told: then the lane is that of its stream.
 */
export interface Delivery {
  readonly lane: string
  readonly event: RecordedEvent
  readonly content: E.Either<HandlerFailure, ReadonlyArray<AnyRecorded>>
}
