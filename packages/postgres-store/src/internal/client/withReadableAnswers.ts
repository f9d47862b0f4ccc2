import { storeUnavailable } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { classifyError } from './classifyError.ts'

const unreadable = (cause: unknown) => {
  const failure = classifyError(cause)
  const why = failure._tag === 'DuplicateId' ? failure.detail : failure.error.why
  return E.left(storeUnavailable(`the answer of the server cannot be read: ${why}`, true, cause))
}

const guard = (work: unknown): unknown => (work instanceof Promise ? work.catch(unreadable) : work)

type Any = (...input: ReadonlyArray<unknown>) => unknown

/**
 * Requests whose promises never reject. The bytes of an answer may have changed on the way, or may not come from
 * Postgres. Then decoding throws, and the error says that the request may be sent again. Each method is a task, or a
 * function that returns one.
 */
export const withReadableAnswers = <Methods extends object>(methods: Methods): Methods =>
  Object.fromEntries(
    Object.entries(methods).map(([name, method]: readonly [string, Any]) => [
      name,
      (...input: ReadonlyArray<unknown>) => {
        const made = method(...input)
        return typeof made === 'function' ? () => guard(made()) : guard(made)
      },
    ]),
  ) as Methods // The same methods, under the same names.
