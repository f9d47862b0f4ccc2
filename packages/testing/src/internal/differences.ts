import { format } from './format.ts'
import { tagOf } from './tagOf.ts'

/** A place where two values differ, as text: `expected 1, got 2`. The path starts with the name of the whole value. */
export interface Difference {
  readonly path: string
  readonly what: string
}

/** The kind of equality: `whole` requires the same properties on both sides, `part` checks only the expected ones. */
export type Strictness = 'whole' | 'part'

/** The context of a comparison: the strictness, and the pairs that are being compared further up. */
interface Comparison {
  readonly strictness: Strictness
  readonly above: ReadonlyArray<readonly [object, object]>
}

type Found = Generator<Difference, void, undefined>

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const joinPath = (path: string, key: string | symbol): string => {
  if (typeof key === 'symbol' || !/^[\w$]+$/.test(key)) return `${path}[${format(key)}]`
  return path === '' ? key : `${path}.${key}`
}

const differenceAt = (path: string, expected: unknown, actual: unknown): Difference => ({
  path,
  what: `expected ${format(expected)}, got ${format(actual)}`,
})

function* compareArrays(
  expected: ReadonlyArray<unknown>,
  actual: ReadonlyArray<unknown>,
  path: string,
  comparison: Comparison,
): Found {
  for (let i = 0; i < Math.max(expected.length, actual.length); i++) {
    const at = `${path}[${i}]`
    if (i >= actual.length) yield { path: at, what: `expected ${format(expected[i])}, got nothing` }
    else if (i >= expected.length) yield { path: at, what: `expected nothing, got ${format(actual[i])}` }
    else yield* compareValues(expected[i], actual[i], at, comparison)
  }
}

const enumerableKeys = (value: object): ReadonlyArray<string | symbol> =>
  Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key))

/** By property: one that is absent is not one that is `undefined`. */
function* compareProperties(expected: object, actual: object, path: string, comparison: Comparison): Found {
  for (const key of enumerableKeys(expected)) {
    const [at, wanted] = [joinPath(path, key), Reflect.get(expected, key)]
    if (Object.hasOwn(actual, key)) yield* compareValues(wanted, Reflect.get(actual, key), at, comparison)
    else yield { path: at, what: `expected ${format(wanted)}, got no such property` }
  }
  if (comparison.strictness === 'part') return
  for (const key of enumerableKeys(actual)) {
    if (Object.hasOwn(expected, key)) continue
    yield { path: joinPath(path, key), what: `expected no such property, got ${format(Reflect.get(actual, key))}` }
  }
}

/**
 * The order in a set is the order of insertion, not a part of its content: sets are equal when every member of one is a
 * member of the other.
 */
function* compareSets(
  expected: ReadonlyArray<unknown>,
  actual: ReadonlyArray<unknown>,
  path: string,
  comparison: Comparison,
): Found {
  const equal = (one: unknown, other: unknown): boolean =>
    compareValues(one, other, path, comparison).next().done === true
  for (const one of expected) {
    if (!actual.some((other) => equal(one, other)))
      yield { path, what: `expected the member ${format(one)}, got none such` }
  }
  for (const other of actual) {
    if (!expected.some((one) => equal(one, other))) yield { path, what: `got the member ${format(other)} too` }
  }
}

function* compareSameKind(expected: object, actual: object, path: string, comparison: Comparison): Found {
  if (Array.isArray(expected) && Array.isArray(actual)) return yield* compareArrays(expected, actual, path, comparison)
  switch (tagOf(expected)) {
    case 'Date':
      if (!Object.is(Number(expected), Number(actual))) yield differenceAt(path, expected, actual)
      return
    case 'Map':
    case 'Set':
      // The tag says that both are iterable; the entries of a map are a set of pairs.
      return yield* compareSets(
        [...(expected as Iterable<unknown>)],
        [...(actual as Iterable<unknown>)],
        path,
        comparison,
      )
    case 'Error':
      // Its message is not enumerable.
      if (String(expected) !== String(actual)) yield { path, what: `expected ${expected}, got ${actual}` }
      else yield* compareProperties(expected, actual, path, comparison)
      return
    case 'RegExp':
    case 'URL':
    case 'String':
    case 'Number':
    case 'Boolean':
      if (String(expected) !== String(actual)) yield differenceAt(path, expected, actual)
      return
    default:
      yield* compareProperties(expected, actual, path, comparison)
  }
}

function* compareValues(expected: unknown, actual: unknown, path: string, comparison: Comparison): Found {
  if (Object.is(expected, actual)) return
  if (!isObject(expected) || !isObject(actual) || tagOf(expected) !== tagOf(actual)) {
    yield differenceAt(path, expected, actual)
    return
  }
  // Met again inside themselves, the two differ only where that is found anyway.
  if (comparison.above.some(([one, other]) => one === expected && other === actual)) return
  yield* compareSameKind(expected, actual, path, { ...comparison, above: [...comparison.above, [expected, actual]] })
}

/**
 * The places where two values differ, in the order of the expected one; none when they are equal in structure. Stricter
 * than most: the order of arrays counts, an absent property is not an `undefined` one, zero is not minus zero. The
 * differences are computed lazily: of values that differ everywhere, the first few are enough.
 */
export const differences = (
  expected: unknown,
  actual: unknown,
  path: string,
  strictness: Strictness = 'whole',
): Iterable<Difference> => compareValues(expected, actual, path, { strictness, above: [] })

/** A difference as one line. That of values without a name has no path. */
export const describeDifference = ({ path, what }: Difference): string => (path === '' ? what : `${path}: ${what}`)

/** Checks whether two values are equal in structure. */
export const isEqual = (one: unknown, other: unknown): boolean =>
  compareValues(one, other, '', { strictness: 'whole', above: [] }).next().done === true
