import type { InvalidInput } from '@foldlog/core'
import { rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { RuntimeLimits } from '../RuntimeLimits.ts'
import type { RuntimeOptions } from '../RuntimeOptions.ts'
import { checkSources } from './handlers/checkSources.ts'
import { versionProblem } from './handlers/processState.ts'

type Checked = E.Either<InvalidInput, void>

const ok: Checked = E.right(undefined)

const positive = (what: string, value: number | undefined): Checked =>
  value === undefined || (Number.isSafeInteger(value) && value > 0)
    ? ok
    : rejectInput(what, `must be a whole number above 0, is ${value}`)

const checkLimits = (limits: RuntimeLimits): Checked => {
  for (const [name, value] of Object.entries(limits)) {
    const checked = name === 'stopTimeout' && value === 0 ? ok : positive(`limits.${name}`, value)
    if (E.isLeft(checked)) return checked
  }
  return limits.pageSize > 10_000 ? rejectInput('limits.pageSize', 'must be at most 10,000') : ok
}

const checkHandler = (handler: RuntimeOptions['handlers'][number], dispatches: boolean): Checked => {
  const what = (field: string) => `${field} of ${handler.name}`
  const sources = checkSources(handler)
  if (E.isLeft(sources)) return sources
  if (handler._tag === 'EventHandler' || handler._tag === 'BatchHandler') {
    // With 0, a batch would count as handled although the handler was never called.
    const concurrency = handler._tag === 'EventHandler' ? positive(what('concurrency'), handler.concurrency) : ok
    if (E.isLeft(concurrency)) return concurrency
    const { timeout } = handler
    return timeout === undefined || timeout > 0 ? ok : rejectInput(what('timeout'), `must be above 0, is ${timeout}`)
  }
  if (handler._tag === 'Projection') return positive(what('version'), handler.version)
  if (handler._tag !== 'ProcessManager') return ok
  if (!dispatches) return rejectInput('dispatch', `is missing: ${handler.name} cannot send commands`)
  const { sendTimeout, state } = handler
  const versions = versionProblem(state)
  if (versions !== undefined) return rejectInput(what('state'), versions)
  return sendTimeout === undefined || sendTimeout > 0
    ? ok
    : rejectInput(what('sendTimeout'), `must be above 0, is ${sendTimeout}`)
}

/** Checks what the store does not check: options that would make a handler do nothing, or the same again and again. */
export const checkRuntimeOptions = ({
  handlers,
  dispatch,
  limits,
}: Omit<RuntimeOptions, 'limits'> & { readonly limits: RuntimeLimits }): Checked => {
  const limited = checkLimits(limits)
  if (E.isLeft(limited)) return limited
  const names = new Set<string>()
  for (const handler of handlers) {
    if (names.has(handler.name)) return rejectInput('handlers', `${handler.name} is there twice`)
    names.add(handler.name)
    const checked = checkHandler(handler, dispatch !== undefined)
    if (E.isLeft(checked)) return checked
  }
  return ok
}
