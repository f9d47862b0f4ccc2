type Keys = ReadonlyArray<string>

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const keysOf = (value: object): Keys => Object.keys(value)

const entriesDiffer = (a: object, b: object, path: string): string | undefined => {
  const keys = keysOf(a)
  const others = keysOf(b)
  const missing = keys.find((key) => !Object.hasOwn(b, key)) ?? others.find((key) => !Object.hasOwn(a, key))
  if (missing !== undefined) return `${path}.${missing}`
  for (const key of keys) {
    const found = firstDifference(Reflect.get(a, key), Reflect.get(b, key), `${path}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * The content of a built-in object beside its properties: a date's time, the entries of a map or a set, a text. Decided
 * by tag, not by `instanceof`, because realms differ.
 */
const contentOf = (value: object): unknown => {
  switch (Object.prototype.toString.call(value)) {
    case '[object Date]':
      return Number(value)
    case '[object Map]':
    case '[object Set]':
      // The tag proves that it is iterable.
      return [...(value as Iterable<unknown>)]
    case '[object RegExp]':
    case '[object URL]':
    case '[object String]':
    case '[object Number]':
    case '[object Boolean]':
      return String(value)
    default:
      return undefined
  }
}

/**
 * Returns the path of the first place where two values differ, or `undefined` when their structures are equal. Shows
 * whether an encoded value decodes to the same value.
 */
export const firstDifference = (a: unknown, b: unknown, path: string): string | undefined => {
  if (Object.is(a, b)) return undefined
  if (!isObject(a) || !isObject(b)) return path
  if (Object.prototype.toString.call(a) !== Object.prototype.toString.call(b)) return path
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) return path
  const content = contentOf(a)
  return content === undefined
    ? entriesDiffer(a, b, path)
    : firstDifference(content, contentOf(b), path) === undefined
      ? entriesDiffer(a, b, path)
      : path
}
