import { either as E, function as F } from 'fp-ts'
import type * as t from 'io-ts'
import { partsOf } from './CodecParts.ts'
import { advice, type CodecSchema, described, type SchemaOf, type SchemaResult, unsupported } from './CodecSchema.ts'
import { knownSchema } from './knownSchemas.ts'
import { opaqueSchema } from './opaqueSchema.ts'
import {
  arraySchema,
  dictionarySchema,
  intersectionSchema,
  primitiveSchema,
  recordSchema,
  refinedSchema,
  tupleSchema,
  unionSchema,
} from './structureSchema.ts'

const closed = (made: CodecSchema): CodecSchema => ({ ...made, closed: true })

const refined = (codec: t.Any, base: t.Any, path: string, extended: boolean, schemaOf: SchemaOf): SchemaResult => {
  const known = knownSchema(codec)
  if (known !== undefined) return described(known)
  return F.pipe(
    schemaOf(base, `${path}.${codec.name}`, extended),
    E.map((made) => refinedSchema(codec, base, made)),
  )
}

/** The schema of a codec by its structure. */
export const structureOf = (codec: t.Any, path: string, extended: boolean, schemaOf: SchemaOf): SchemaResult => {
  const parts = partsOf(codec)
  const { _tag, type, value, keys = {} } = parts
  switch (_tag) {
    case 'LiteralType':
      return value === undefined ? unsupported(codec, path, 'the literal has no value') : described({ const: value })
    case 'KeyofType':
      return described({ enum: Object.keys(keys) })
    case 'InterfaceType':
    case 'PartialType':
      return recordSchema(parts, _tag === 'InterfaceType', path, schemaOf)
    case 'StrictType':
      return F.pipe(recordSchema(parts, true, path, schemaOf), E.map(closed))
    case 'ExactType':
      return type === undefined
        ? unsupported(codec, path, advice)
        : F.pipe(schemaOf(type, `${path}.exact`, true), E.map(closed))
    case 'ReadonlyType':
      return type === undefined ? unsupported(codec, path, advice) : schemaOf(type, `${path}.${parts.name}`, extended)
    case 'RefinementType':
      return type === undefined ? unsupported(codec, path, advice) : refined(codec, type, path, extended, schemaOf)
    case 'ArrayType':
    case 'ReadonlyArrayType':
      return arraySchema(codec, parts, path, schemaOf)
    case 'TupleType':
      return tupleSchema(parts, path, schemaOf)
    case 'DictionaryType':
      return dictionarySchema(parts, path, schemaOf)
    case 'UnionType':
      return unionSchema(parts, path, extended, schemaOf)
    case 'IntersectionType':
      return intersectionSchema(parts, path, schemaOf)
    default:
      return primitiveSchema(codec, path) ?? opaqueSchema(codec, path, schemaOf)
  }
}
