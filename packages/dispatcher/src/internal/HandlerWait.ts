import { describeUnknown, type InvalidInput, rejectInput, type WaitForHandlers } from '@foldlog/core'
import { either as E, type task as T } from 'fp-ts'
import type { DispatchContext } from '../DispatchContext.ts'
import type { HandlersNotReached } from '../DispatchError.ts'
import type { CommandOutcome } from './PendingCommand.ts'

/** Reading one's own writes: a command that is done ends when the handlers that its caller names have handled its events. */
export interface HandlerWait {
  /** Before anything is done: whether the handlers can be awaited at all. */
  readonly check: (context: DispatchContext) => E.Either<InvalidInput, void>
  /** No turn of the event loop before `work`, see `dispatch`. */
  readonly waitAfter: (context: DispatchContext, work: T.Task<CommandOutcome>) => T.Task<CommandOutcome>
}

export const makeHandlerWait = (waitFor: WaitForHandlers | undefined): HandlerWait => ({
  check: ({ awaitHandlers = [] }) =>
    awaitHandlers.length > 0 && waitFor === undefined
      ? rejectInput('awaitHandlers', 'needs a dispatcher with waitFor')
      : E.right(undefined),

  waitAfter: ({ awaitHandlers: handlers = [] }, work) => {
    if (handlers.length === 0 || waitFor === undefined) return work
    return async () => {
      const outcome = await work()
      if (E.isLeft(outcome)) return outcome
      const dispatched = outcome.right
      const last = dispatched.events.at(-1)
      if (last === undefined) return outcome
      const notReached = (why: { readonly _tag: string }): CommandOutcome => {
        const error: HandlersNotReached = { _tag: 'HandlersNotReached', handlers, dispatched, why }
        return E.left(error)
      }
      try {
        const { position, id } = last
        const { history } = dispatched
        // With its history: a lost event must not count as handled because another event has its position.
        const waited = await waitFor(handlers, history === undefined ? position : { position, history, id })()
        return E.isLeft(waited) ? notReached(waited.left) : outcome
      } catch (cause) {
        return notReached({ _tag: `the wait threw: ${describeUnknown(cause)}` })
      }
    }
  },
})
