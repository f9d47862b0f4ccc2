import { either as E } from 'fp-ts'
import { type Checked, rejectInput } from './InvalidInput.ts'
import { format } from './internal/format.ts'
import type { PartialOptions } from './PartialOptions.ts'
import { UserCode } from './UserCode.ts'

/**
 * A number among options: an integer from `min` to `max`, both included, and `absent` when the caller gives none.
 *
 * @category model
 * @since 0.1.0
 */
export interface NumberOption {
  readonly min: number
  readonly max: number
  readonly absent: number
}

/**
 * Milliseconds that a timer can wait. Node fires a timer with a longer delay at once.
 *
 * @category constants
 * @since 0.1.0
 */
const longestTimer = 2 ** 31 - 1

const range = ({ min, max }: NumberOption): string =>
  max === Number.MAX_SAFE_INTEGER ? `from ${min} up` : `from ${min} to ${max}`

/**
 * Reads a number among options. `undefined` counts as absent, because a caller may read an environment variable that is
 * not set. Everything else but an integer in the range is an error, such as NaN or a text.
 *
 * @category destructors
 * @since 0.1.0
 */
const read = (what: string, option: NumberOption, value: unknown): Checked<number> => {
  if (value === undefined) return E.right(option.absent)
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= option.min && value <= option.max
    ? E.right(value)
    : rejectInput(what, `must be an integer ${range(option)}, is ${format(value)}`)
}

/**
 * Checks that a record has no field of an unknown name: a misspelt limit would be the default. `what` names the record
 * in the error, `known` has all names.
 *
 * @category destructors
 * @since 0.1.0
 */
const checkNames = (what: string, known: object, values: object): Checked<void> => {
  const names = UserCode.run(what, () => Object.keys(values))
  if (E.isLeft(names)) return rejectInput(what, `must be an object that can be read: ${names.left.why}`)
  const unknown = names.right.find((name) => !Object.hasOwn(known, name))
  return unknown === undefined
    ? E.right(undefined)
    : rejectInput(`${what}.${unknown}`, `is unknown, it must be one of ${Object.keys(known).join(', ')}`)
}

/**
 * Reads a record of such numbers. An explicit `undefined` gets the default, as an absent field does. A field of another
 * name is rejected. `what` names the record in the error: `limits.batchSize`.
 *
 * @category destructors
 * @since 0.1.0
 */
const readAll = <K extends string>(
  what: string,
  options: Readonly<Record<K, NumberOption>>,
  values: PartialOptions<Readonly<Record<K, number>>> | undefined,
): Checked<Readonly<Record<K, number>>> => {
  if (values !== undefined && (typeof values !== 'object' || values === null))
    return rejectInput(what, `must be an object, is ${format(values)}`)
  const names = checkNames(what, options, values ?? {})
  if (E.isLeft(names)) return names
  const all: Array<readonly [string, number]> = []
  for (const [name, option] of Object.entries<NumberOption>(options)) {
    const checked = read(`${what}.${name}`, option, values === undefined ? undefined : Reflect.get(values, name))
    if (E.isLeft(checked)) return checked
    all.push([name, checked.right])
  }
  // One number for each key of `options`.
  return E.right(Object.fromEntries(all) as Record<K, number>)
}

/**
 * Functions on {@link NumberOption}, with which every part of foldlog reads the numbers of its options.
 *
 * @category namespace
 * @since 0.1.0
 */
export const NumberOption = { read, readAll, checkNames, longestTimer } as const
