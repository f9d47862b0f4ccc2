import type { Command } from '@foldlog/core'
import type { taskEither as TE } from 'fp-ts'

/**
 * What goes with a command that a process sends: its own id, made of what caused it, so that the command is done once however often it is sent; the
 * correlation of that cause; and its id.
 *
 * @category model
 * @since 0.1.0
 */
export interface CommandContext {
  readonly commandId: string
  readonly correlationId?: string
  readonly causationId?: string
}

/**
 * Sends commands: a dispatcher's `dispatch`. The same command may come again after a crash, with the same `commandId`.
 *
 * Errors whose `_tag` says that the way was blocked (`StoreUnavailable`, `StoreOverloaded`, `DispatcherOverloaded`, `DispatcherStopped`,
 * `VersionConflict`) make it come again; every other error is the answer, and goes back to the process.
 *
 * @category model
 * @since 0.1.0
 */
export type SendCommand = (
  command: Command,
  context: CommandContext,
) => TE.TaskEither<{ readonly _tag: string }, unknown>
