/** A function of which nothing is known. It is only called with arguments that its own caller has chosen. */
export type AnyFunction = (...parameters: ReadonlyArray<unknown>) => unknown

export const isFunction = (value: unknown): value is AnyFunction => typeof value === 'function'

/** Reads a property of a value of the client that has no public type; undefined when the value has no properties. */
export const property = (value: unknown, key: string): unknown =>
  (typeof value === 'object' && value !== null) || typeof value === 'function' ? Reflect.get(value, key) : undefined
