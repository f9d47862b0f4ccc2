import type { WaitForHandlers } from '@foldlog/core'
import { UserCode } from '@foldlog/core/store'
import { either as E, type task as T } from 'fp-ts'
import type { DispatchContext } from '../DispatchContext.ts'
import type { HandlersNotReached } from '../DispatchError.ts'
import type { CommandOutcome } from './PendingCommand.ts'

/** Read your own writes: a dispatch ends only when the handlers named by its caller have handled its events. */
export interface HandlerWait {
  /** Runs `work`, then waits. No turn of the event loop passes before `work`, see `dispatch`. */
  readonly waitAfter: (context: DispatchContext, work: T.Task<CommandOutcome>) => T.Task<CommandOutcome>
}

export const makeHandlerWait = (waitFor: WaitForHandlers | undefined): HandlerWait => ({
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
      const { position, id } = last
      const { history } = dispatched
      // The wait includes the history: a lost event must not count as handled because another event has its position.
      const events = dispatched.events.map((one) => one.position)
      const place = history === undefined ? position : { position, history, id, events }
      const waited = await UserCode.runEffect('waitFor', () => waitFor(handlers, place), {
        failed: ({ why }) => ({ _tag: `the wait threw: ${why}` }),
        left: (error) => error,
      })
      return E.isLeft(waited) ? notReached(waited.left) : outcome
    }
  },
})
