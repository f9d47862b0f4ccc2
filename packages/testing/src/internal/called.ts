import { describeUnknown } from '@foldlog/core'
import { UserCode } from '@foldlog/core/store'
import { type UserFunction, wrongResult } from './wrongResult.ts'

/** Whether a test runner can print a value: an error, but none that throws when it is read. */
const isSafeError = (cause: unknown): boolean => {
  try {
    return (
      Object.prototype.toString.call(cause) === '[object Error]' &&
      typeof Reflect.get(Object(cause), 'stack') === 'string'
    )
  } catch {
    return false
  }
}

/**
 * Calls a function of the application for a scenario. What it throws, and a result that the runtime would reject, fails
 * the test with an error that names the function.
 */
export const called = <A>(name: UserFunction, f: () => A): A => {
  let result: A
  try {
    result = f()
  } catch (cause) {
    // A promise may be thrown, too.
    UserCode.absorb(cause)
    throw new Error(`${name} threw: ${describeUnknown(cause)}`, isSafeError(cause) ? { cause } : undefined)
  }
  const wrong = wrongResult(name, result)
  if (wrong !== undefined) throw new Error(wrong)
  return result
}
