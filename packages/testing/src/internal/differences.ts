import { shown } from './shown.ts'
import { tagOf } from './tagOf.ts'

/** A place where two values differ, in words: `expected 1, got 2`. The path starts with the name that was given to the whole. */
export interface Difference {
  readonly path: string
  readonly what: string
}

/** What counts as equal: `whole` wants the same properties on both sides, `part` looks only at those that are expected. */
export type Strictness = 'whole' | 'part'

/** What holds on the way down: the strictness, and the pairs that are being compared further up. */
interface Way {
  readonly strictness: Strictness
  readonly above: ReadonlyArray<readonly [object, object]>
}

type Found = Generator<Difference, void, undefined>

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const step = (path: string, key: string | symbol): string => {
  if (typeof key === 'symbol' || !/^[\w$]+$/.test(key)) return `${path}[${shown(key)}]`
  return path === '' ? key : `${path}.${key}`
}

const differ = (path: string, expected: unknown, actual: unknown): Difference => ({
  path,
  what: `expected ${shown(expected)}, got ${shown(actual)}`,
})

function* ofArrays(expected: ReadonlyArray<unknown>, actual: ReadonlyArray<unknown>, path: string, way: Way): Found {
  for (let i = 0; i < Math.max(expected.length, actual.length); i++) {
    const at = `${path}[${i}]`
    if (i >= actual.length) yield { path: at, what: `expected ${shown(expected[i])}, got nothing` }
    else if (i >= expected.length) yield { path: at, what: `expected nothing, got ${shown(actual[i])}` }
    else yield* between(expected[i], actual[i], at, way)
  }
}

const visible = (value: object): ReadonlyArray<string | symbol> =>
  Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key))

/** By property: one that is absent is not one that is `undefined`. */
function* ofProperties(expected: object, actual: object, path: string, way: Way): Found {
  for (const key of visible(expected)) {
    const [at, wanted] = [step(path, key), Reflect.get(expected, key)]
    if (Object.hasOwn(actual, key)) yield* between(wanted, Reflect.get(actual, key), at, way)
    else yield { path: at, what: `expected ${shown(wanted)}, got no such property` }
  }
  if (way.strictness === 'part') return
  for (const key of visible(actual)) {
    if (Object.hasOwn(expected, key)) continue
    yield { path: step(path, key), what: `expected no such property, got ${shown(Reflect.get(actual, key))}` }
  }
}

/** The order in a set is how it came about, not what it holds: sets are equal when every member of one is a member of the other. */
function* ofSets(expected: ReadonlyArray<unknown>, actual: ReadonlyArray<unknown>, path: string, way: Way): Found {
  const equal = (one: unknown, other: unknown): boolean => between(one, other, path, way).next().done === true
  for (const one of expected) {
    if (!actual.some((other) => equal(one, other)))
      yield { path, what: `expected the member ${shown(one)}, got none such` }
  }
  for (const other of actual) {
    if (!expected.some((one) => equal(one, other))) yield { path, what: `got the member ${shown(other)} too` }
  }
}

function* ofSameKind(expected: object, actual: object, path: string, way: Way): Found {
  if (Array.isArray(expected) && Array.isArray(actual)) return yield* ofArrays(expected, actual, path, way)
  switch (tagOf(expected)) {
    case 'Date':
      if (!Object.is(Number(expected), Number(actual))) yield differ(path, expected, actual)
      return
    case 'Map':
    case 'Set':
      // The tag says that both are iterable; the entries of a map are a set of pairs.
      return yield* ofSets([...(expected as Iterable<unknown>)], [...(actual as Iterable<unknown>)], path, way)
    case 'Error':
      // Its message is not enumerable.
      if (String(expected) !== String(actual)) yield { path, what: `expected ${expected}, got ${actual}` }
      else yield* ofProperties(expected, actual, path, way)
      return
    case 'RegExp':
    case 'URL':
    case 'String':
    case 'Number':
    case 'Boolean':
      if (String(expected) !== String(actual)) yield differ(path, expected, actual)
      return
    default:
      yield* ofProperties(expected, actual, path, way)
  }
}

function* between(expected: unknown, actual: unknown, path: string, way: Way): Found {
  if (Object.is(expected, actual)) return
  if (!isObject(expected) || !isObject(actual) || tagOf(expected) !== tagOf(actual)) {
    yield differ(path, expected, actual)
    return
  }
  // Met again inside themselves, the two differ only where that is found anyway.
  if (way.above.some(([one, other]) => one === expected && other === actual)) return
  yield* ofSameKind(expected, actual, path, { ...way, above: [...way.above, [expected, actual]] })
}

/**
 * Where two values differ, place by place, in the order of the expected one; nothing when they are equal in structure. Stricter than most: the order of
 * arrays counts, an absent property is not an `undefined` one, zero is not minus zero. They are looked for as they are asked for: of values that differ
 * everywhere, the first few are enough.
 */
export const differences = (
  expected: unknown,
  actual: unknown,
  path: string,
  strictness: Strictness = 'whole',
): Iterable<Difference> => between(expected, actual, path, { strictness, above: [] })

/** A difference as one line. That of values without a name has no path. */
export const told = ({ path, what }: Difference): string => (path === '' ? what : `${path}: ${what}`)

/** Whether two values are equal in structure. */
export const same = (one: unknown, other: unknown): boolean =>
  between(one, other, '', { strictness: 'whole', above: [] }).next().done === true
