import { literal } from './literal.ts'
import { tagOf } from './tagOf.ts'

/** A place where two values differ, in words: `expected 1, got 2`. The path starts with the name that was given to the whole. */
export interface Difference {
  readonly path: string
  readonly what: string
}

/** The pairs that are being compared further up, so that values that contain themselves come to an end. */
type Above = ReadonlyArray<readonly [object, object]>

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const shorten = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}…` : text)

const show = (value: unknown): string => shorten(literal(value))

const step = (path: string, key: string | symbol): string =>
  typeof key === 'string' && /^[\w$]+$/.test(key) ? `${path}.${key}` : `${path}[${literal(key)}]`

const differ = (path: string, expected: unknown, actual: unknown): ReadonlyArray<Difference> => [
  { path, what: `expected ${show(expected)}, got ${show(actual)}` },
]

const ofArrays = (
  expected: ReadonlyArray<unknown>,
  actual: ReadonlyArray<unknown>,
  path: string,
  above: Above,
): ReadonlyArray<Difference> =>
  Array.from({ length: Math.max(expected.length, actual.length) }, (_, i) => {
    const at = `${path}[${i}]`
    if (i >= actual.length) return [{ path: at, what: `expected ${show(expected[i])}, got nothing` }]
    if (i >= expected.length) return [{ path: at, what: `expected nothing, got ${show(actual[i])}` }]
    return between(expected[i], actual[i], at, above)
  }).flat()

/** By property: one that is absent is not one that is `undefined`. */
const ofProperties = (expected: object, actual: object, path: string, above: Above): ReadonlyArray<Difference> => {
  const visible = (value: object) =>
    Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key))
  const keys = visible(expected)
  const added = visible(actual).filter((key) => !Object.hasOwn(expected, key))
  return [
    ...keys.flatMap((key) =>
      Object.hasOwn(actual, key)
        ? between(Reflect.get(expected, key), Reflect.get(actual, key), step(path, key), above)
        : [{ path: step(path, key), what: `expected ${show(Reflect.get(expected, key))}, got no such property` }],
    ),
    ...added.map((key) => ({
      path: step(path, key),
      what: `expected no such property, got ${show(Reflect.get(actual, key))}`,
    })),
  ]
}

/** The order in a set is how it came about, not what it holds: sets are equal when every member of one is a member of the other. */
const ofSets = (expected: ReadonlyArray<unknown>, actual: ReadonlyArray<unknown>, path: string, above: Above) => {
  const among = (all: ReadonlyArray<unknown>) => (one: unknown) =>
    all.some((other) => between(one, other, path, above).length === 0)
  return [
    ...expected
      .filter((one) => !among(actual)(one))
      .map((one) => ({ path, what: `expected the member ${show(one)}, got none such` })),
    ...actual.filter((one) => !among(expected)(one)).map((one) => ({ path, what: `got the member ${show(one)} too` })),
  ]
}

const ofSameKind = (expected: object, actual: object, path: string, above: Above): ReadonlyArray<Difference> => {
  if (Array.isArray(expected) && Array.isArray(actual)) return ofArrays(expected, actual, path, above)
  switch (tagOf(expected)) {
    case 'Date':
      return Object.is(Number(expected), Number(actual)) ? [] : differ(path, expected, actual)
    case 'Map':
    case 'Set':
      // The tag says that both are iterable; the entries of a map are a set of pairs.
      return ofSets([...(expected as Iterable<unknown>)], [...(actual as Iterable<unknown>)], path, above)
    case 'Error':
      // Its message is not enumerable.
      return String(expected) === String(actual)
        ? ofProperties(expected, actual, path, above)
        : [{ path, what: `expected ${expected}, got ${actual}` }]
    case 'RegExp':
    case 'URL':
    case 'String':
    case 'Number':
    case 'Boolean':
      return String(expected) === String(actual) ? [] : differ(path, expected, actual)
    default:
      return ofProperties(expected, actual, path, above)
  }
}

const between = (expected: unknown, actual: unknown, path: string, above: Above): ReadonlyArray<Difference> => {
  if (Object.is(expected, actual)) return []
  if (!isObject(expected) || !isObject(actual)) return differ(path, expected, actual)
  if (tagOf(expected) !== tagOf(actual)) return differ(path, expected, actual)
  // Met again inside themselves, the two differ only where that is found anyway.
  if (above.some(([one, other]) => one === expected && other === actual)) return []
  return ofSameKind(expected, actual, path, [...above, [expected, actual]])
}

/**
 * Where two values differ, place by place; nothing when they are equal in structure. Stricter than most: the order of arrays counts, an absent
 * property is not an `undefined` one, zero is not minus zero.
 */
export const differences = (expected: unknown, actual: unknown, path: string): ReadonlyArray<Difference> =>
  between(expected, actual, path, [])

/** Whether two values are equal in structure. */
export const same = (one: unknown, other: unknown): boolean => differences(one, other, '').length === 0
