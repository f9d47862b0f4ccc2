import type { Command } from '@foldlog/core'
import type { taskEither as TE } from 'fp-ts'

/**
 * Sends commands of the type `C`: a dispatcher's `dispatch`, when it has all of these commands. After a crash, the same
 * command may be sent again, with the same `commandId`.
 *
 * Errors whose `_tag` is an error of the infrastructure (`StoreUnavailable`, `StoreOverloaded`, `DispatcherOverloaded`,
 * `DispatcherStopped`, `VersionConflict`) cause a retry. `HandlersNotReached` means that the command is done. Every
 * other error with a `_tag` is the result, and is delivered to the process. A command without an answer in time is sent
 * again, and so is one whose dispatch throws or answers in any other form, because nobody knows whether it was done.
 *
 * @category model
 * @since 0.1.0
 */
export type SendCommand<C extends Command = Command> = (
  command: C,
  context: CommandContext,
) => TE.TaskEither<{ readonly _tag: string }, unknown>

/**
 * The context of a command that a process sends: its id, derived from its cause, so that the command is executed once
 * however often it is sent; the correlation id of that cause; and the id of the cause.
 *
 * @category model
 * @since 0.1.0
 */
export interface CommandContext {
  readonly commandId: string
  readonly correlationId?: string | undefined
  readonly causationId?: string | undefined
}
