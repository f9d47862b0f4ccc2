import { either as E } from 'fp-ts'
import { type InvalidInput, rejectInput } from './InvalidInput.ts'
import { prototypes } from './internal/prototypes.ts'
import { textProblem } from './internal/textRules.ts'
import { tryCatch } from './internal/tryCatch.ts'
import { Limits } from './Limits.ts'
import { inspectMethod } from './printed.ts'
import { UserCode } from './UserCode.ts'

/**
 * A JSON value that is unchanged by a round trip through any store.
 *
 * @category model
 * @since 0.1.0
 */
export type Json = null | boolean | number | string | JsonArray | JsonRecord

/**
 * An array of JSON values.
 *
 * @category model
 * @since 0.1.0
 */
export interface JsonArray extends ReadonlyArray<Json> {}

/**
 * An object of JSON values.
 *
 * @category model
 * @since 0.1.0
 */
export interface JsonRecord {
  readonly [key: string]: Json
}

const numberProblem = (value: number): string | undefined => {
  if (!Number.isFinite(value)) return `${value} has no JSON form`
  return Object.is(value, -0) ? 'negative zero has no JSON form; write 0' : undefined
}

// Symbols, non-enumerable properties (such as a hidden `toJSON`), and named properties of an array.
const omittedProperties = 'has properties that JSON leaves out'

/**
 * Why a value has no JSON form, and where in it. The path is built on the way back, so that a valid value builds no
 * texts.
 */
interface JsonProblem {
  readonly at: string
  readonly why: string
}

const problemHere = (why: string | undefined): JsonProblem | undefined =>
  why === undefined ? undefined : { at: '', why }

const problemAt = (value: unknown, depth: number): JsonProblem | undefined => {
  switch (typeof value) {
    case 'string':
      return problemHere(textProblem(value))
    case 'number':
      return problemHere(numberProblem(value))
    case 'boolean':
      return undefined
    case 'object':
      if (value === null) return undefined
      if (depth >= Limits.jsonDepth) return problemHere(`nested deeper than ${Limits.jsonDepth} levels`)
      return Array.isArray(value) ? arrayProblem(value, depth) : recordProblem(value, depth)
    default:
      return problemHere(`${typeof value} has no JSON form`)
  }
}

const arrayProblem = (value: ReadonlyArray<unknown>, depth: number): JsonProblem | undefined => {
  // `Array.prototype` and `Object.prototype`: an instance of a subclass of `Array` would decode to a plain array.
  if (prototypes(value) !== 2) return problemHere('only plain arrays have a JSON form; encode it with its codec')
  // By index, so that the holes of a sparse array are visited as `undefined`.
  for (let i = 0; i < value.length; i++) {
    const problem = problemAt(value[i], depth + 1)
    if (problem !== undefined) return { at: `[${i}]${problem.at}`, why: problem.why }
  }
  // One more key than the elements: `length`. Errors of foldlog say how they are printed, which is no part of them.
  const keys = Reflect.ownKeys(value).length - (Object.hasOwn(value, inspectMethod) ? 1 : 0)
  return keys === value.length + 1 ? undefined : problemHere(omittedProperties)
}

const recordProblem = (value: object, depth: number): JsonProblem | undefined => {
  if (prototypes(value) > 1) {
    // A promise by mistake, that nobody awaits, ends the process when it is rejected.
    UserCode.absorb(value)
    return problemHere('only plain objects have a JSON form; encode it with its codec')
  }
  const entries = Object.entries(value)
  if (Reflect.ownKeys(value).length !== entries.length) return problemHere(omittedProperties)
  for (const [key, child] of entries) {
    const why = textProblem(key)
    if (why !== undefined) return { at: ` key ${JSON.stringify(key)}`, why }
    const problem = problemAt(child, depth + 1)
    if (problem !== undefined) return { at: `.${key}${problem.at}`, why: problem.why }
  }
  return undefined
}

/**
 * Checks that a value is JSON that a round trip does not change: no `undefined`, `bigint`, function or symbol, no
 * `NaN`, infinity or negative zero, no NUL and no lone surrogate in a text or key, no class instance, nothing that JSON
 * leaves out (symbols, hidden properties), at most {@link Limits}`.jsonDepth` levels. `what` names the value in the
 * error.
 *
 * @category refinements
 * @since 0.1.0
 */
const check =
  (what: string) =>
  (value: unknown): E.Either<InvalidInput, Json> => {
    // A getter may throw.
    const walked = tryCatch(() => problemAt(value, 0))
    if (E.isLeft(walked)) return rejectInput(what, walked.left)
    const problem = walked.right
    // The walk above proves it: every part of the value is one of the cases of `Json`.
    return problem === undefined ? E.right(value as Json) : rejectInput(`${what}${problem.at}`, problem.why)
  }

/**
 * Functions on {@link Json}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Json = { check } as const
