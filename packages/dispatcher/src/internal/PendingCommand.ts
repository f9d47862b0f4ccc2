import type { Command, Event, ExpectedVersion, HistoryId, Metadata } from '@foldlog/core'
import type { either as E } from 'fp-ts'
import type { Dispatched } from '../Dispatched.ts'

/** How a command ended: its result, or an error of the domain's or of the dispatcher's. */
export type CommandOutcome = E.Either<unknown, Dispatched<Event>>

/** A command on its way, with the one who waits for it. `settle` is called once. */
export interface PendingCommand {
  readonly command: Command
  readonly commandId: string
  readonly correlationId: string
  /** Whether the caller chose the command's id. Only then can it have been handled before. */
  readonly hasCallerId: boolean
  readonly metadata: Metadata
  /** The version at which the caller wants it decided, `any` when he does not say. */
  readonly expected: ExpectedVersion
  /** The history in which the caller read an exact version of a stream with events, when the caller names it. */
  readonly readIn: HistoryId | undefined
  readonly settle: (outcome: CommandOutcome) => void
}
