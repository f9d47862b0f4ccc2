/** The kind of an object, across realms. */
export const tagOf = (value: unknown): string => Object.prototype.toString.call(value)

/** The parts of a value by name; `undefined` for a value without parts. Sets and maps have their entries. */
export const partsOf = (value: unknown): ReadonlyMap<string, unknown> | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [String(key), one]))
  if (value instanceof Set) return new Map([...value].map((one) => [JSON.stringify(one) ?? String(one), one]))
  if (Array.isArray(value)) return new Map(value.map((one, i) => [`${i}`, one]))
  return tagOf(value) === '[object Object]' ? new Map(Object.entries(value)) : undefined
}
