import { ExpectedVersion, type InvalidInput, LogPosition } from '@foldlog/core'
import { Limits, rejectInput, UserCode } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { DispatchContext } from '../DispatchContext.ts'

type Checked = E.Either<InvalidInput, unknown>

const ok: Checked = E.right(undefined)

const checkCommandId = (id: unknown): Checked =>
  id === undefined || (typeof id === 'string' && id !== '' && id.length <= Limits.messageId)
    ? ok
    : rejectInput('commandId', `must be a text of 1 to ${Limits.messageId} characters`)

const checkExpectedVersion = ExpectedVersion.check('expected')

const checkSignal = (signal: DispatchContext['signal']): Checked =>
  signal === undefined ||
  (typeof signal?.addEventListener === 'function' && typeof signal.removeEventListener === 'function')
    ? ok
    : rejectInput('signal', 'must be an AbortSignal')

const checkHandlers = (handlers: unknown, canWait: boolean): Checked => {
  if (handlers === undefined) return ok
  if (!Array.isArray(handlers) || !handlers.every((name) => typeof name === 'string'))
    return rejectInput('awaitHandlers', 'must be a list of names')
  return handlers.length > 0 && !canWait ? rejectInput('awaitHandlers', 'needs a dispatcher with waitFor') : ok
}

/** Written step by step and not as a chain, because every command passes through here. */
const check = (context: DispatchContext, canWait: boolean): Checked => {
  if (typeof context !== 'object' || context === null) return rejectInput('context', 'must be an object')
  const identified = checkCommandId(context.commandId)
  if (E.isLeft(identified)) return identified
  const { expected, history } = context
  const versioned = expected === undefined ? ok : checkExpectedVersion(expected)
  if (E.isLeft(versioned)) return versioned
  const placed = history === undefined ? ok : LogPosition.checkHistory(history)
  if (E.isLeft(placed)) return placed
  const cancellable = checkSignal(context.signal)
  return E.isLeft(cancellable) ? cancellable : checkHandlers(context.awaitHandlers, canWait)
}

/**
 * Checks the facts about a command that the store does not check. `canWait` says whether the dispatcher has a
 * `waitFor`. Contexts come from outside, so reading one may throw.
 */
export const checkContext = (context: DispatchContext, canWait: boolean): Checked => {
  const checked = UserCode.run('context', () => check(context, canWait))
  return E.isLeft(checked) ? rejectInput('context', `cannot be read: ${checked.left.why}`) : checked.right
}
