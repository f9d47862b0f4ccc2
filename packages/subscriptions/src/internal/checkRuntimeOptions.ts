import type { InvalidInput } from '@foldlog/core'
import { HandlerStoreInput, Limits, NumberOption, rejectInput } from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import type { AnyProjection } from '../Projection.ts'
import type { AnyHandler } from '../RuntimeOptions.ts'
import { checkSources } from './handlers/checkSources.ts'
import { versionProblem } from './handlers/processState.ts'
import { maxVersion } from './membership/generationNumbers.ts'
import { indexesOf } from './views/viewIndexes.ts'

const ok: E.Either<InvalidInput, void> = E.right(undefined)

const checkNumber = (what: string, value: unknown, max = Number.MAX_SAFE_INTEGER): E.Either<InvalidInput, unknown> =>
  NumberOption.read(what, { min: 1, max, absent: 1 }, value)

/** The kinds that act outside of their documents, so that a start at old events would repeat or invent effects. */
const kindsWithStart: ReadonlyArray<AnyHandler['_tag']> = ['EventHandler', 'BatchHandler', 'ProcessManager']

/** A JavaScript caller may leave the start out. */
const checkStart = ({ _tag, name, start }: AnyHandler): E.Either<InvalidInput, unknown> =>
  start === undefined && kindsWithStart.includes(_tag)
    ? rejectInput(
        `start of ${name}`,
        "is missing: 'now' skips the events that are already stored, 'origin' handles them, too",
      )
    : ok

/** Otherwise only the log would show an invalid index, because indexes are created in the background. */
const checkIndexes = ({ name, indexes }: AnyProjection): E.Either<InvalidInput, unknown> => {
  const isIndex = (index: unknown) =>
    typeof index === 'string' || (Array.isArray(index) && index.every((field) => typeof field === 'string'))
  if (indexes !== undefined && !(Array.isArray(indexes) && indexes.every(isIndex)))
    return rejectInput(`indexes of ${name}`, 'must be a list of fields, or of lists of fields')
  return F.pipe(
    HandlerStoreInput.indexes(indexesOf({ name, indexes })),
    E.mapLeft((problem) => ({ ...problem, what: `${problem.what} of ${name}` })),
  )
}

const checkHandler = (handler: AnyHandler, dispatches: boolean): E.Either<InvalidInput, unknown> => {
  const what = (field: string) => `${field} of ${handler.name}`
  const sources = checkSources(handler)
  if (E.isLeft(sources)) return sources
  const start = checkStart(handler)
  if (E.isLeft(start)) return start
  const partitions = checkNumber(what('partitions'), handler.partitions, Limits.partitions)
  if (E.isLeft(partitions)) return partitions
  if (handler._tag === 'EventHandler' || handler._tag === 'BatchHandler') {
    // With 0, a batch would count as handled although the handler was never called.
    const concurrency = handler._tag === 'EventHandler' ? checkNumber(what('concurrency'), handler.concurrency) : ok
    return E.isLeft(concurrency)
      ? concurrency
      : checkNumber(what('timeout'), handler.timeout, NumberOption.longestTimer)
  }
  if (handler._tag === 'Projection') {
    const indexes = checkIndexes(handler)
    return E.isLeft(indexes) ? indexes : checkNumber(what('version'), handler.version, maxVersion)
  }
  if (handler._tag !== 'ProcessManager') return ok
  if (!dispatches) return rejectInput('dispatch', `is missing: ${handler.name} cannot send commands`)
  const { sendTimeout, state } = handler
  const versions = versionProblem(state)
  return versions === undefined
    ? checkNumber(what('sendTimeout'), sendTimeout, NumberOption.longestTimer)
    : rejectInput(what('state'), versions)
}

/** Checks what the store does not check: options that would make a handler do nothing, or the same again and again. */
export const checkRuntimeOptions = ({
  handlers,
  dispatch,
}: {
  readonly handlers: ReadonlyArray<AnyHandler>
  readonly dispatch?: unknown
}): E.Either<InvalidInput, unknown> => {
  const names = new Set<string>()
  for (const handler of handlers) {
    if (names.has(handler.name)) return rejectInput('handlers', `${handler.name} is there twice`)
    names.add(handler.name)
    const checked = checkHandler(handler, dispatch !== undefined)
    if (E.isLeft(checked)) return checked
  }
  return ok
}
