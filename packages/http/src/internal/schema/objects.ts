import type { Json, JsonRecord } from '@foldlog/core'

/** A property: its schema, and whether an object must have it. */
export interface PropertySchema {
  readonly key: string
  readonly schema: JsonRecord
  readonly required: boolean
}

export const objectSchema = (properties: ReadonlyArray<PropertySchema>): JsonRecord => {
  const required = properties.filter((one) => one.required).map(({ key }) => key)
  return {
    type: 'object',
    properties: Object.fromEntries(properties.map(({ key, schema }) => [key, schema])),
    ...(required.length > 0 ? { required } : undefined),
  }
}

export const isRecord = (value: Json | undefined): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isPlainObject = (schema: JsonRecord): boolean =>
  schema['type'] === 'object' && Object.keys(schema).every((key) => ['type', 'properties', 'required'].includes(key))

export const isSame = (a: Json, b: Json): boolean => JSON.stringify(a) === JSON.stringify(b)

const requiredOf = ({ required }: JsonRecord): ReadonlyArray<Json> => (Array.isArray(required) ? required : [])

const mergeObjects = (schemas: ReadonlyArray<JsonRecord>): JsonRecord => {
  const properties = new Map<string, JsonRecord>()
  for (const schema of schemas) {
    for (const [key, one] of Object.entries(schema['properties'] ?? {})) {
      const before = properties.get(key)
      if (isRecord(one)) properties.set(key, before === undefined || isSame(before, one) ? one : allOf([before, one]))
    }
  }
  const required = [...new Set(schemas.flatMap(requiredOf))]
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required } : undefined),
  }
}

/** The schema of a value that all of them accept. Objects are written as one object. */
export const allOf = (schemas: ReadonlyArray<JsonRecord>): JsonRecord => {
  const objects = schemas.filter(isPlainObject)
  const others = schemas.filter((schema) => !isPlainObject(schema))
  const all = objects.length === 0 ? others : [mergeObjects(objects), ...others]
  const [only] = all
  return all.length === 1 && only !== undefined ? only : { allOf: all }
}

/**
 * Refuses unknown properties. `additionalProperties` sees only the `properties` beside it, so an object that is made of
 * several schemas needs `unevaluatedProperties`, at its outside: within one of the parts it would refuse the properties
 * of the others.
 */
export const closeObject = (schema: JsonRecord): JsonRecord =>
  isPlainObject(schema)
    ? { ...schema, additionalProperties: false }
    : { type: 'object', ...schema, unevaluatedProperties: false }
