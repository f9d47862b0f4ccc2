import { type Difference, differences } from './differences.ts'
import { tagOf } from './tagOf.ts'

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function'

/**
 * The content of these objects beside their properties stays mutable even when they are frozen; typed arrays cannot be
 * frozen at all.
 */
const cannotBeFrozen = (value: object): boolean =>
  /^(Date|Map|Set)$|Array$|Buffer$/.test(tagOf(value)) && !Array.isArray(value)

/** The members of a map or a set. */
const members = (value: object): ReadonlyArray<unknown> =>
  tagOf(value) === 'Map' || tagOf(value) === 'Set'
    ? // The tag says that it is iterable.
      [...(value as Iterable<unknown>)]
    : []

/** A deeply frozen object stays frozen: it need not be walked again. */
const knownFrozen = new WeakSet<object>()

const freezeMembers = (value: unknown, seen: Set<object>): boolean => {
  if (!isObject(value) || knownFrozen.has(value) || seen.has(value)) return true
  seen.add(value)
  // A function of the user's, with properties perhaps, is no data. Nor is a promise: where a test runner or a tracer
  // follows contexts, Node keeps objects of theirs in its own properties.
  if (typeof value === 'function' || tagOf(value) === 'Promise') return true
  const below = [...Reflect.ownKeys(value).map((key) => Reflect.get(value, key)), ...members(value)]
  const all = below.map((one) => freezeMembers(one, seen)).every((frozen) => frozen)
  if (cannotBeFrozen(value)) return false
  Object.freeze(value)
  return all
}

/** Freezes a value at any depth, as far as that goes; answers whether nothing of it can change any more. */
export const deepFreeze = (value: unknown): boolean => {
  const all = freezeMembers(value, new Set())
  if (all && isObject(value)) knownFrozen.add(value)
  return all
}

const deepCopy = (value: unknown): unknown => {
  if (!isObject(value) || typeof value === 'function') return value
  if (Array.isArray(value)) return value.map(deepCopy)
  switch (tagOf(value)) {
    case 'Date':
      return new Date(Number(value))
    case 'Map':
      // Entries of a map are pairs.
      return new Map(members(value).map(deepCopy) as ReadonlyArray<readonly [unknown, unknown]>)
    case 'Set':
      return new Set(members(value).map(deepCopy))
    case 'Object':
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, deepCopy(one)]))
    default:
      return value
  }
}

/**
 * Freezes a value and watches the parts that cannot be frozen; the result reports the changes since. A value that
 * throws when it is read, or is too deep, is not watched.
 */
export const detectChanges = (value: unknown, name: string): (() => ReadonlyArray<Difference>) => {
  try {
    if (deepFreeze(value)) return () => []
    const before = deepCopy(value)
    return () => [...differences(before, value, name)]
  } catch {
    return () => []
  }
}
