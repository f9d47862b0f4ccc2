import { either as E, function as F } from 'fp-ts'
import { type InvalidInput, invalidInput, refuse } from './InvalidInput.ts'
import { attempt } from './internal/attempt.ts'
import { textProblem } from './internal/text.ts'
import { Limits } from './Limits.ts'

/**
 * What JSON can hold, and what comes back the same after a round trip through any store.
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

// Objects of another realm (a Jest sandbox, a vm) have another `Object.prototype`, so prototypes are counted, not compared.
const prototypes = (value: object): number => {
  const prototype: object | null = Object.getPrototypeOf(value)
  return prototype === null ? 0 : 1 + prototypes(prototype)
}

// Symbols, what is not enumerable (a hidden `toJSON` among them), and names on an array.
const leftOut = 'has properties that JSON leaves out'

const problemAt = (value: unknown, path: string, depth: number): E.Either<InvalidInput, void> => {
  switch (typeof value) {
    case 'string': {
      const problem = textProblem(value)
      return problem === undefined ? E.right(undefined) : refuse(path, problem)
    }
    case 'number': {
      const problem = numberProblem(value)
      return problem === undefined ? E.right(undefined) : refuse(path, problem)
    }
    case 'boolean':
      return E.right(undefined)
    case 'object':
      if (value === null) return E.right(undefined)
      if (depth >= Limits.jsonDepth) return refuse(path, `nested deeper than ${Limits.jsonDepth} levels`)
      return Array.isArray(value) ? arrayProblem(value, path, depth) : recordProblem(value, path, depth)
    default:
      return refuse(path, `${typeof value} has no JSON form`)
  }
}

const arrayProblem = (value: ReadonlyArray<unknown>, path: string, depth: number): E.Either<InvalidInput, void> => {
  // `Array.prototype` and `Object.prototype`: an heir of `Array` would come back as an array.
  if (prototypes(value) !== 2) return refuse(path, 'only plain arrays have a JSON form; encode it with its codec')
  // By index, so that the holes of a sparse array are met as `undefined`.
  for (let i = 0; i < value.length; i++) {
    const checked = problemAt(value[i], `${path}[${i}]`, depth + 1)
    if (E.isLeft(checked)) return checked
  }
  // One more than the elements: `length`.
  return Reflect.ownKeys(value).length === value.length + 1 ? E.right(undefined) : refuse(path, leftOut)
}

const recordProblem = (value: object, path: string, depth: number): E.Either<InvalidInput, void> => {
  if (prototypes(value) > 1) return refuse(path, 'only plain objects have a JSON form; encode it with its codec')
  const entries = Object.entries(value)
  if (Reflect.ownKeys(value).length !== entries.length) return refuse(path, leftOut)
  for (const [key, child] of entries) {
    const problem = textProblem(key)
    if (problem !== undefined) return refuse(`${path} key ${JSON.stringify(key)}`, problem)
    const checked = problemAt(child, `${path}.${key}`, depth + 1)
    if (E.isLeft(checked)) return checked
  }
  return E.right(undefined)
}

/**
 * Checks that a value is JSON that comes back the same: no `undefined`, `bigint`, function or symbol, no `NaN`, infinity or
 * negative zero, no NUL and no lone surrogate in a text or key, no class instance, nothing that JSON leaves out (symbols, hidden
 * properties), at most {@link Limits}`.jsonDepth` levels. `what` names the value in the
 * error.
 *
 * @category refinements
 * @since 0.1.0
 */
const check =
  (what: string) =>
  (value: unknown): E.Either<InvalidInput, Json> =>
    F.pipe(
      // A getter may throw.
      attempt(() => problemAt(value, what, 0)),
      E.mapLeft((why) => invalidInput(what, why)),
      E.flatten,
      // Proven by the walk above: every part of the value is one of the cases of Json.
      E.map(() => value as Json),
    )

/**
 * Functions on {@link Json}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Json = { check } as const
