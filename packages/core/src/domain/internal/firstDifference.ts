type Keys = ReadonlyArray<string>

/** A place where two values differ, and what they have there. */
export interface Difference {
  readonly path: string
  readonly there: unknown
  readonly back: unknown
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const keysOf = (value: object): Keys => Object.keys(value)

const entriesDiffer = (a: object, b: object, path: string): Difference | undefined => {
  const keys = keysOf(a)
  const others = keysOf(b)
  const missing = keys.find((key) => !Object.hasOwn(b, key)) ?? others.find((key) => !Object.hasOwn(a, key))
  if (missing !== undefined) {
    return { path: `${path}.${missing}`, there: Reflect.get(a, missing), back: Reflect.get(b, missing) }
  }
  for (const key of keys) {
    const found = firstDifference(Reflect.get(a, key), Reflect.get(b, key), `${path}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

/** The tag of a built-in object. It is compared instead of `instanceof`, which fails for objects of another realm. */
const tagOf = (value: object): string => Object.prototype.toString.call(value)

/** The content that a built-in object has beside its properties, such as the time of a date. */
const contentOf = (tag: string, value: object): string | number | undefined => {
  switch (tag) {
    case '[object Date]':
      return Number(value)
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
 * Whether two sets, or the entries of two maps, are equal: each member of one has an equal member in the other. The
 * order in which members were added does not count.
 */
const haveSameMembers = (a: ReadonlyArray<unknown>, b: ReadonlyArray<unknown>, isMap: boolean): boolean => {
  if (a.length !== b.length) return false
  const keyOf = (member: unknown): unknown => (isMap && Array.isArray(member) ? member[0] : member)
  // Primitive keys are looked up. Only keys that are objects are compared one by one.
  const byKey = new Map(b.map((member) => [keyOf(member), member]))
  const objects = b.filter((member) => isObject(keyOf(member)))
  return a.every((one) => {
    const key = keyOf(one)
    if (!isObject(key)) return byKey.has(key) && firstDifference(one, byKey.get(key), '') === undefined
    const partner = objects.findIndex((other) => firstDifference(one, other, '') === undefined)
    if (partner >= 0) objects.splice(partner, 1)
    return partner >= 0
  })
}

/** Whether two built-in objects with the same tag differ in content that is not among their properties. */
const contentDiffers = (tag: string, a: object, b: object): boolean =>
  tag === '[object Map]' || tag === '[object Set]'
    ? // The tag proves that both are iterable.
      !haveSameMembers([...(a as Iterable<unknown>)], [...(b as Iterable<unknown>)], tag === '[object Map]')
    : !Object.is(contentOf(tag, a), contentOf(tag, b))

/**
 * Returns the first place where two values differ, or `undefined` when their structures are equal. Shows
 * whether an encoded value decodes to the same value.
 */
export const firstDifference = (a: unknown, b: unknown, path: string): Difference | undefined => {
  if (Object.is(a, b)) return undefined
  const difference: Difference = { path, there: a, back: b }
  if (!isObject(a) || !isObject(b)) return difference
  const tag = tagOf(a)
  if (tag !== tagOf(b)) return difference
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) return difference
  return contentDiffers(tag, a, b) ? difference : entriesDiffer(a, b, path)
}
