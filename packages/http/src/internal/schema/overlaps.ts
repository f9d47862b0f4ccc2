import type { Json, JsonRecord } from '@foldlog/core'
import { isRecord, isSame } from './objects.ts'

/** The schemas of the properties of an object, wherever its schema describes them. */
const propertiesOf = (schema: JsonRecord): ReadonlyArray<readonly [string, Json]> => [
  ...(isRecord(schema['properties']) ? Object.entries(schema['properties']) : []),
  ...['allOf', 'anyOf'].flatMap((word) => {
    const parts: Json | undefined = schema[word]
    return Array.isArray(parts) ? parts.flatMap((part: Json) => (isRecord(part) ? propertiesOf(part) : [])) : []
  }),
]

const haveOverlaps = (schemas: ReadonlyArray<JsonRecord>): boolean => {
  const seen = new Map<string, Json>()
  for (const schema of schemas) {
    const properties = propertiesOf(schema)
    if (properties.some(([key, one]) => seen.has(key) && !isSame(seen.get(key) ?? null, one))) return true
    for (const [key, one] of properties) seen.set(key, one)
  }
  return false
}

const isClosing = ([key, value]: readonly [string, Json]): boolean =>
  (key === 'additionalProperties' || key === 'unevaluatedProperties') && value === false

/** Leaves the objects within a schema open. */
const opened = (schema: Json): Json => {
  if (Array.isArray(schema)) return schema.map(opened)
  if (!isRecord(schema)) return schema
  return Object.fromEntries(
    Object.entries(schema)
      .filter((entry) => !isClosing(entry))
      .map(([key, value]) => [key, opened(value)]),
  )
}

/**
 * The parts of an intersection. When two of them describe a property differently, each may have fields in its value
 * that the other does not know. Each part passes the fields of the other, so the parts stay open there.
 */
export const openOverlaps = (schemas: ReadonlyArray<JsonRecord>): ReadonlyArray<JsonRecord> =>
  haveOverlaps(schemas)
    ? schemas.map((schema) => {
        const loose = opened(schema)
        return isRecord(loose) ? loose : schema
      })
    : schemas
