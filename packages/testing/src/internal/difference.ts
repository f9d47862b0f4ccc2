import { stringify } from 'fast-check'

/** What counts as equal: `whole` wants the same keys on both sides, `part` looks only at those of the expected side. */
export type Strictness = 'whole' | 'part'

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

// By tag, not `instanceof`: a sandbox of a test runner has classes of its own.
const tagOf = (value: object): string => Object.prototype.toString.call(value)

/** A value for people, cut where it gets long. */
export const shown = (value: unknown): string => {
  const text = stringify(value)
  return text.length > 400 ? `${text.slice(0, 400)}… (${text.length} characters)` : text
}

const pathTo = (path: string, key: string, of: object): string => {
  if (Array.isArray(of)) return `${path}[${key}]`
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}

/** What stands under a key, told apart from `undefined` when nothing does. */
const at = (value: object, key: string): string =>
  Object.hasOwn(value, key) ? shown(Reflect.get(value, key)) : 'nothing'

function* objectDifferences(actual: object, expected: object, strictness: Strictness, path: string): Generator<string> {
  const keys = new Set([...Object.keys(expected), ...(strictness === 'whole' ? Object.keys(actual) : [])])
  for (const key of keys) {
    const place = pathTo(path, key, expected)
    if (Object.hasOwn(actual, key) && Object.hasOwn(expected, key)) {
      yield* differences(Reflect.get(actual, key), Reflect.get(expected, key), strictness, place)
    } else {
      yield `${place}: expected ${at(expected, key)}, got ${at(actual, key)}`
    }
  }
}

/**
 * Every place where a value is not what was expected, as `path: expected this, got that`, in the order of the expected keys. `undefined` is not
 * the same as nothing, and negative zero not the same as zero.
 */
export function* differences(
  actual: unknown,
  expected: unknown,
  strictness: Strictness = 'whole',
  path = '',
): Generator<string> {
  if (Object.is(actual, expected)) return
  const told = `${path === '' ? '' : `${path}: `}expected ${shown(expected)}, got ${shown(actual)}`
  if (!isObject(actual) || !isObject(expected) || tagOf(actual) !== tagOf(expected)) yield told
  else if (tagOf(actual) === '[object Date]') {
    if (Number(actual) !== Number(expected)) yield told
  } else if (Array.isArray(actual) && Array.isArray(expected) && actual.length !== expected.length) {
    yield `${path === '' ? 'it' : path} has ${actual.length} elements instead of ${expected.length}`
    yield* objectDifferences(actual.slice(0, expected.length), expected.slice(0, actual.length), strictness, path)
  } else yield* objectDifferences(actual, expected, strictness, path)
}
