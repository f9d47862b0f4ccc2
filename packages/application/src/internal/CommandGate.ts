import type { Command } from '@foldlog/core'
import { UserCode } from '@foldlog/core/store'
import type { DispatchContext, DispatchError } from '@foldlog/dispatcher'
import { either as E, type taskEither as TE } from 'fp-ts'

/** A dispatch whose commands and results have any type. */
export type ErasedDispatch = (command: Command, context?: DispatchContext) => TE.TaskEither<unknown, unknown>

/** Lets the commands of the program through until it is closed, and knows when the last of them has ended. */
export interface CommandGate {
  readonly dispatch: ErasedDispatch
  readonly close: () => void
  /** Ends when no command is in flight. */
  readonly idle: () => Promise<void>
}

const stopped: DispatchError = { _tag: 'DispatcherStopped' }

export const makeCommandGate = (next: ErasedDispatch): CommandGate => {
  let inFlight = 0
  let closed = false
  let onIdle: Array<() => void> = []

  const leave = (): void => {
    inFlight--
    if (inFlight > 0) return
    for (const resolve of onIdle) resolve()
    onIdle = []
  }

  return {
    // Calls `next` before any turn of the event loop: commands are queued in the order of their calls.
    dispatch: (command, context) => () => {
      if (closed) return Promise.resolve(E.left(stopped))
      const result = next(command, context)()
      inFlight++
      result.then(leave, leave)
      return result
    },
    close: () => {
      closed = true
    },
    idle: () => (inFlight === 0 ? Promise.resolve() : new Promise((resolve) => onIdle.push(resolve))),
  }
}

/** Calls middleware of the application. When it throws, or returns something else, only its command fails. */
export const safeMiddleware =
  (wrapped: ErasedDispatch): ErasedDispatch =>
  (command, context) =>
  () =>
    UserCode.runEffect<unknown, unknown, unknown>('the middleware', () => wrapped(command, context), {
      failed: ({ why, cause }) => ({ _tag: 'DomainCodeFailed', command: command.type, why, cause }),
      left: (error) => error,
    })
