import type { Json, JsonRecord } from './Json.ts'

const isRecord = (value: Json): value is JsonRecord => typeof value === 'object' && value !== null

const copyRecord = (value: JsonRecord): JsonRecord => {
  const copy: Record<string, Json> = { ...value }
  for (const key of Object.keys(copy)) {
    const part = copy[key]
    if (typeof part !== 'object' || part === null) continue
    // Assigned, this key would set the prototype.
    if (key === '__proto__') Object.defineProperty(copy, key, { value: copyJson(part) })
    else copy[key] = copyJson(part)
  }
  return copy
}

/**
 * A copy that shares no part with the original. The value must be JSON, as {@link Json}`.check` accepts it.
 *
 * @category for store authors
 * @since 0.1.0
 */
export const copyJson = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(copyJson)
  return isRecord(value) ? copyRecord(value) : value
}
