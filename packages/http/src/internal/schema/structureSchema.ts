import type { JsonRecord } from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import type * as t from 'io-ts'
import { type CodecParts, keeps, keysOf, partsOf } from './CodecParts.ts'
import { type CodecSchema, described, type SchemaOf, type SchemaResult, unsupported } from './CodecSchema.ts'
import { allOf, isSame, objectSchema } from './objects.ts'
import { openOverlaps } from './overlaps.ts'

const isAny = (codec: t.Any): boolean => /^(Unknown|Any)Type$/.test(partsOf(codec)._tag ?? '')

const isAbsent = (codec: t.Any): boolean => /^(Undefined|Void|Never)Type$/.test(partsOf(codec)._tag ?? '')

/** An item of an array. JSON writes `undefined` as null there, which the codec may refuse. */
export const itemSchema = (codec: t.Any, path: string, schemaOf: SchemaOf): SchemaResult =>
  F.pipe(
    schemaOf(codec, path, false),
    E.chain((made) =>
      made.optional && !isAny(codec)
        ? unsupported(codec, path, '`undefined` has no JSON form in an array; use null')
        : E.right(made),
    ),
  )

/** The properties of an object. `required`: as far as their values may not be `undefined`. */
export const recordSchema = (
  { props = {} }: CodecParts,
  required: boolean,
  path: string,
  schemaOf: SchemaOf,
): SchemaResult =>
  F.pipe(
    Object.entries(props),
    E.traverseArray(([key, part]) =>
      F.pipe(
        schemaOf(part, `${path}.${key}`, false),
        E.map(({ schema, optional }) => ({ key, schema, required: required && !optional })),
      ),
    ),
    E.chain((properties) => described(objectSchema(properties))),
  )

/** A record by the codec of its keys: those keys, or any others that it accepts. */
export const dictionarySchema = ({ domain, codomain }: CodecParts, path: string, schemaOf: SchemaOf): SchemaResult => {
  if (domain === undefined || codomain === undefined) return described({ type: 'object' })
  const keys = keysOf(domain)
  return F.pipe(
    E.Do,
    E.bind('values', () => schemaOf(codomain, `${path}.values`, false)),
    E.bind('names', () => schemaOf(domain, `${path}.keys`, false)),
    E.chain(({ values: { schema, optional }, names }) =>
      keys !== undefined
        ? described(objectSchema(keys.map((key) => ({ key, schema, required: !optional }))))
        : described({
            type: 'object',
            ...(isSame(names.schema, { type: 'string' }) ? undefined : { propertyNames: names.schema }),
            additionalProperties: schema,
          }),
    ),
  )
}

export const unionSchema = (
  { types = [] }: CodecParts,
  path: string,
  extended: boolean,
  schemaOf: SchemaOf,
): SchemaResult =>
  F.pipe(
    types.flatMap((part, i) => (isAbsent(part) ? [] : [[part, i] as const])),
    E.traverseArray(([part, i]) => schemaOf(part, `${path}.${i}`, extended)),
    E.map((parts): CodecSchema => {
      const [only] = parts
      const schema: JsonRecord = only === undefined ? { not: {} } : { anyOf: parts.map((part) => part.schema) }
      return {
        schema: parts.length === 1 && only !== undefined ? only.schema : schema,
        closed: parts.length > 0 && parts.every(({ closed }) => closed),
        optional: false,
      }
    }),
  )

/**
 * A part of an intersection that lets unknown properties pass makes the whole one do so. Only an intersection of closed
 * parts is closed.
 */
export const intersectionSchema = ({ types = [] }: CodecParts, path: string, schemaOf: SchemaOf): SchemaResult =>
  F.pipe(
    types,
    E.traverseArrayWithIndex((i, part) => schemaOf(part, `${path}.${i}`, true)),
    E.chain((parts) =>
      described(
        allOf(openOverlaps(parts.map(({ schema }) => schema))),
        parts.every(({ closed }) => closed),
      ),
    ),
  )

export const arraySchema = (codec: t.Any, { type }: CodecParts, path: string, schemaOf: SchemaOf): SchemaResult =>
  type === undefined
    ? unsupported(codec, path, 'it is an array without items')
    : F.pipe(
        itemSchema(type, `${path}.items`, schemaOf),
        E.chain(({ schema }) => described({ type: 'array', items: schema })),
      )

export const tupleSchema = ({ types = [] }: CodecParts, path: string, schemaOf: SchemaOf): SchemaResult =>
  F.pipe(
    types,
    E.traverseArrayWithIndex((i, part) => itemSchema(part, `${path}.${i}`, schemaOf)),
    E.chain((parts) =>
      described(
        parts.length === 0
          ? { type: 'array', maxItems: 0 }
          : {
              type: 'array',
              prefixItems: parts.map(({ schema }) => schema),
              items: false,
              minItems: parts.length,
            },
      ),
    ),
  )

/** What a predicate refuses for certain: the empty array or the empty text. */
export const refinedSchema = (codec: t.Any, base: t.Any, made: CodecSchema): CodecSchema => {
  const { schema } = made
  const lacks = (key: string): boolean => schema['$ref'] === undefined && !Object.hasOwn(schema, key)
  const refusesNow = (value: unknown): boolean => base.is(value) && !keepsLike(codec, value)
  if (schema['type'] === 'array' && lacks('minItems') && refusesNow([])) {
    return { ...made, schema: { ...schema, minItems: 1 } }
  }
  if (schema['type'] === 'string' && lacks('minLength') && lacks('enum') && lacks('pattern') && refusesNow('')) {
    return { ...made, schema: { ...schema, minLength: 1 } }
  }
  return made
}

const keepsLike = (codec: t.Any, value: unknown): boolean => {
  try {
    return codec.is(value)
  } catch {
    return true
  }
}

/** The codecs of primitive values, each with a value that it encodes to itself. */
const primitives: Readonly<Record<string, readonly [JsonRecord, unknown]>> = {
  StringType: [{ type: 'string' }, 'a'],
  NumberType: [{ type: 'number' }, 1],
  BooleanType: [{ type: 'boolean' }, true],
  NullType: [{ type: 'null' }, null],
  UnknownType: [{}, null],
  AnyType: [{}, null],
  ObjectType: [{ type: ['object', 'array'] }, undefined],
  AnyArrayType: [{ type: 'array' }, undefined],
  AnyDictionaryType: [{ type: 'object' }, undefined],
  NeverType: [{ not: {} }, undefined],
  UndefinedType: [{ not: {} }, undefined],
  VoidType: [{ not: {} }, undefined],
}

/** The schema of a codec without parts, or `undefined` for another one. */
export const primitiveSchema = (codec: t.Any, path: string): SchemaResult | undefined => {
  const tag = partsOf(codec)._tag ?? ''
  if (!Object.hasOwn(primitives, tag)) return undefined
  const [schema, value] = primitives[tag] ?? [{}]
  return value === undefined || keeps(codec, value)
    ? described(schema)
    : unsupported(codec, path, 'its encode was replaced, and a schema describes what is encoded')
}
