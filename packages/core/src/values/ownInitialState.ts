/** By the tag, because an object of another realm is not an instance of a class of this one. */
const tagOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1)

/** A record as a literal makes it, also in another realm. An instance of a class is none: it may change itself. */
const isRecord = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || (typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null)
}

/** Objects that can no longer change at any depth, and need not be walked again. */
const frozen = new WeakSet<object>()

/** `above` are the objects around this one, which may contain themselves. */
const ownPart = (value: unknown, above: ReadonlySet<object>): unknown => {
  if (typeof value !== 'object' || value === null || frozen.has(value) || above.has(value)) return value
  const inside = new Set(above).add(value)
  const own = (part: unknown): unknown => ownPart(part, inside)
  const tag = tagOf(value)
  if (tag === 'Date') return new Date(Number(value))
  // The tag says that they are iterable.
  if (tag === 'Set') return new Set([...(value as Iterable<unknown>)].map(own))
  if (tag === 'Map')
    // As above; it iterates over pairs.
    return new Map([...(value as Iterable<readonly [unknown, unknown]>)].map(([key, one]) => [own(key), own(one)]))
  if (!Array.isArray(value) && !isRecord(value)) return value
  const parts = Object.keys(value).map((key) => [key, Reflect.get(value, key)] as const)
  const owned = parts.map(([key, part]) => [key, own(part)] as const)
  if (owned.every(([, part], i) => part === parts[i]?.[1])) return Object.freeze(value)
  return Object.freeze(Array.isArray(value) ? owned.map(([, part]) => part) : Object.fromEntries(owned))
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
    if (own === state && (Array.isArray(state) || isRecord(state))) frozen.add(state)
    // A copy has the type of the original.
    return own as S
  } catch {
    // A part of it throws when it is read.
    return state
  }
}
