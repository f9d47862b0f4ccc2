import { prototypes } from './internal/prototypes.ts'

/** By the tag, because an object of another realm is not an instance of a class of this one. */
const tagOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1)

/** A record as a literal makes it. An instance of a class is none: it may change itself. */
const isRecord = (value: object): boolean => !Array.isArray(value) && prototypes(value) <= 1

const isPlainList = (value: object): boolean => Array.isArray(value) && prototypes(value) === 2

/** Objects that can no longer change at any depth, and need not be walked again. */
const frozen = new WeakSet<object>()

/** `above` are the objects around this one, which may contain themselves. */
const ownPart = (value: unknown, above: ReadonlySet<object>): unknown => {
  if (typeof value !== 'object' || value === null || frozen.has(value) || above.has(value)) return value
  const inside = new Set(above).add(value)
  const own = (part: unknown): unknown => ownPart(part, inside)
  const tag = prototypes(value) === 2 ? tagOf(value) : ''
  if (tag === 'Date') return new Date(Number(value))
  // The tag says that they are iterable.
  if (tag === 'Set') return new Set([...(value as Iterable<unknown>)].map(own))
  if (tag === 'Map')
    // As above; it iterates over pairs.
    return new Map([...(value as Iterable<readonly [unknown, unknown]>)].map(([key, one]) => [own(key), own(one)]))
  if (!isPlainList(value) && !isRecord(value)) return value
  const parts = Reflect.ownKeys(value).map((key) => [key, Object.getOwnPropertyDescriptor(value, key)] as const)
  let changed = false
  const owned = parts.map(([key, part]) => {
    // An accessor is a function, which stays as it is.
    if (part === undefined || !('value' in part)) return [key, part ?? {}] as const
    const one = own(part.value)
    changed ||= one !== part.value
    return [key, { ...part, value: one }] as const
  })
  if (!changed) return Object.freeze(value)
  // A list has its length among its keys, so its holes stay.
  const copy: object = Array.isArray(value) ? [] : Object.create(Object.getPrototypeOf(value))
  for (const [key, part] of owned) Object.defineProperty(copy, key, part)
  return Object.freeze(copy)
}

/**
 * The initial state for one fold. All streams begin with the same value, so a function that changes its state in place
 * would silently change the initial state of other streams. Records and lists are frozen, so such a function throws,
 * and the value stays the same object. What cannot be frozen (dates, maps, sets) is copied for each fold. Instances of
 * classes stay as they are.
 *
 * @category for store authors
 * @since 0.1.0
 */
export const ownInitialState = <S>(state: S): S => {
  if (typeof state !== 'object' || state === null || frozen.has(state)) return state
  try {
    const own = ownPart(state, new Set())
    if (own === state && (isPlainList(state) || isRecord(state))) frozen.add(state)
    // A copy has the type of the original.
    return own as S
  } catch {
    // A part of it throws when it is read.
    return state
  }
}
