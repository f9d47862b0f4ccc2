import { describeUnknown } from './describeUnknown.ts'
import { type InvalidInput, invalidInput } from './InvalidInput.ts'
import { isAsync, kindOf } from './internal/kindOf.ts'

/**
 * A kind of value among options: returns what is wrong with a value, such as `must be an array, is undefined`, or
 * `undefined` when nothing is. JavaScript callers pass anything, and a cast passes the compiler.
 *
 * @category model
 * @since 0.1.0
 */
export type OptionKind = (value: unknown) => string | undefined

const field = (value: unknown, name: string): unknown =>
  (typeof value === 'object' || typeof value === 'function') && value !== null ? Reflect.get(value, name) : undefined

const expecting =
  (expected: string, accepts: (value: unknown) => boolean): OptionKind =>
  (value) =>
    accepts(value) ? undefined : `must be ${expected}, is ${kindOf(value)}`

/**
 * A value with all these functions, which `expected` describes.
 *
 * @category constructors
 * @since 0.1.0
 */
const having = (expected: string, functions: ReadonlyArray<string>): OptionKind =>
  expecting(expected, (value) => functions.every((name) => typeof field(value, name) === 'function'))

/**
 * A string.
 *
 * @category constants
 * @since 0.1.0
 */
const text = expecting('a string', (value) => typeof value === 'string')

/**
 * An array.
 *
 * @category constants
 * @since 0.1.0
 */
const list = expecting('an array', Array.isArray)

/**
 * An object that is neither an array nor a promise.
 *
 * @category constants
 * @since 0.1.0
 */
const record = expecting(
  'an object',
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && kindOf(value) !== 'a promise',
)

/**
 * An io-ts codec: the value can decode and encode.
 *
 * @category constants
 * @since 0.1.0
 */
const codec = having('an io-ts codec, such as t.strict({ ... })', ['decode', 'encode'])

/**
 * A codec of events. An io-ts codec has functions of the same names, and another meaning of each.
 *
 * @category constants
 * @since 0.1.0
 */
const eventCodec = expecting(
  'an event codec: make it with EventCodec.make',
  (value) => typeof field(value, 'decode') === 'function' && typeof field(value, 'validate') !== 'function',
)

/**
 * A function that is called, and not `async`: its result is used at once. `remedy` says what to do instead.
 *
 * @category constructors
 * @since 0.1.0
 */
const functionThat =
  (remedy: string): OptionKind =>
  (value) => {
    if (isAsync(value)) return `must not be async: ${remedy}`
    return typeof value === 'function' && kindOf(value) !== 'a class'
      ? undefined
      : `must be a function, is ${kindOf(value)}`
  }

/**
 * A function that returns a value at once.
 *
 * @category constants
 * @since 0.1.0
 */
const pure = functionThat('it returns a value, and no promise')

/**
 * A function that returns a task.
 *
 * @category constants
 * @since 0.1.0
 */
const effect = functionThat('it returns a TaskEither, and no promise')

/**
 * The kind of a value that may be absent.
 *
 * @category combinators
 * @since 0.1.0
 */
const optional =
  (kind: OptionKind): OptionKind =>
  (value) =>
    value === undefined ? undefined : kind(value)

/**
 * The problems with fields of a value, each under its name: `decide of order`. Never throws, also when the value does.
 *
 * @category destructors
 * @since 0.1.0
 */
const problemsOf = (
  owner: string | undefined,
  kinds: Readonly<Record<string, OptionKind>>,
  value: unknown,
): ReadonlyArray<InvalidInput> =>
  Object.entries(kinds).flatMap(([name, kind]) => {
    const why = safely(() => kind(field(value, name)))
    return why === undefined ? [] : [invalidInput(owner === undefined ? name : `${name} of ${owner}`, why)]
  })

/** A proxy, or a getter, may throw when it is read. */
const safely = (check: () => string | undefined): string | undefined => {
  try {
    return check()
  } catch (cause) {
    return `cannot be read: ${describeUnknown(cause)}`
  }
}

/**
 * The kinds of options, and how the options of a caller are compared with them. Numbers have `NumberOption`.
 *
 * @category namespace
 * @since 0.1.0
 */
export const OptionKind = {
  text,
  list,
  record,
  codec,
  eventCodec,
  pure,
  effect,
  functionThat,
  having,
  optional,
  problemsOf,
} as const
