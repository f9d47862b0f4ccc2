import type { Event, NewEvent, StreamName } from '@foldlog/core'
import type { PendingCommand } from './PendingCommand.ts'
import type { Target } from './Target.ts'

/**
 * The part of an accepted command that concerns one stream: its events (possibly none), their stored forms, and the
 * version of the stream after them.
 */
export interface AcceptedPart {
  readonly target: Target
  readonly stream: StreamName
  readonly events: ReadonlyArray<Event>
  readonly newEvents: ReadonlyArray<NewEvent>
  readonly version: number
}

/** An accepted command, with a part for each of its targets. */
export interface AcceptedCommand {
  readonly pending: PendingCommand
  readonly parts: ReadonlyArray<AcceptedPart>
}
