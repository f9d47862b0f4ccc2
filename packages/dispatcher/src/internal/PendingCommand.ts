import type { Command, ExpectedVersion, HistoryId, Metadata } from '@foldlog/core'
import type { either as E } from 'fp-ts'
import type { AnyDispatched } from '../Dispatched.ts'
import type { BoundaryCommand } from './BoundaryCommand.ts'
import type { CommandRoute } from './CommandRoute.ts'
import type { Target } from './Target.ts'

/** The outcome of a command: its result, or an error of the domain or the dispatcher. */
export type CommandOutcome = E.Either<unknown, AnyDispatched>

/** A queued command with the callback of its caller. `settle` is called once. */
export interface PendingCommand {
  readonly route: CommandRoute
  readonly targets: ReadonlyArray<Target>
  /** What a command of a boundary needs; it has no targets. */
  readonly boundary?: BoundaryCommand | undefined
  readonly command: Command
  readonly commandId: string
  readonly correlationId: string
  /** Whether the caller chose the command's id. Only then can it have been handled before. */
  readonly hasCallerId: boolean
  readonly metadata: Metadata
  /** The version at which the caller wants it decided, `any` when the caller names none. */
  readonly expected: ExpectedVersion
  /**
   * The history in which the caller read an exact version of a stream with events; `undefined` when the caller names
   * none.
   */
  readonly readIn: HistoryId | undefined
  readonly settle: (outcome: CommandOutcome) => void
}
