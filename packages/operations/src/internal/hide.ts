import { tagOf } from './parts.ts'

/** What is shown in place of personal data. */
export const hidden = '***'

/** Replaces every part. Keys of maps stay what they are. */
const mapParts = (value: unknown, change: (part: unknown, name: string) => unknown): unknown => {
  if (Array.isArray(value)) return value.map((part, i) => change(part, `${i}`))
  if (value instanceof Map) return new Map([...value].map(([key, part]) => [key, change(part, String(key))]))
  if (value instanceof Set) return new Set([...value].map((part) => change(part, '')))
  if (tagOf(value) !== '[object Object]') return value
  // It is an object.
  return Object.fromEntries(Object.entries(value as object).map(([key, part]) => [key, change(part, key)]))
}

/**
 * Hides the part of a value to which a path leads. It goes through lists and sets; its name `*` is every field or item.
 * A null or a missing part stays what it is.
 */
export const hide = (value: unknown, [name, ...rest]: ReadonlyArray<string>): unknown => {
  if (name === undefined) return value === null || value === undefined ? value : hidden
  const isList = Array.isArray(value) || value instanceof Set
  if (isList && name !== '*') return mapParts(value, (one) => hide(one, [name, ...rest]))
  return mapParts(value, (part, key) => (key === name || name === '*' ? hide(part, rest) : part))
}

/** Hides the parts to which any of these paths leads, such as `address.street`. */
export const hideAll = (value: unknown, paths: ReadonlyArray<string>): unknown =>
  paths.reduce((masked, path) => hide(masked, path.split('.')), value)
