import type { JsonRecord } from '@foldlog/core'
import { jsonSchemaOf } from '@foldlog/core/codecs'
import { either as E, function as F } from 'fp-ts'
import type * as t from 'io-ts'
import type { NamedSchemas } from '../../NamedSchemas.ts'
import type { UnsupportedCodec } from '../../UnsupportedCodec.ts'
import { keeps, partsOf } from './CodecParts.ts'
import { advice, type CodecSchema, described, type SchemaOf, type SchemaResult, unsupported } from './CodecSchema.ts'
import { componentName, recursiveName } from './componentName.ts'
import { Definitions } from './Definitions.ts'
import { knownSchema } from './knownSchemas.ts'
import { closeObject } from './objects.ts'
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

/** Where and when schemas refer to definitions: for each codec with a name, or only where a recursion needs it. */
export interface SchemasOptions {
  readonly named: NamedSchemas
  readonly at: '#/$defs/' | '#/components/schemas/'
  readonly refers: 'names' | 'recursion'
  /** Names that the document uses for schemas of its own. */
  readonly reserved: ReadonlyArray<string>
}

/** The schemas of one document. Each call of `of` may add definitions to it. */
export interface Schemas {
  readonly of: (codec: t.Any, path: string) => E.Either<UnsupportedCodec, JsonRecord>
  readonly definitions: () => Readonly<Record<string, JsonRecord>>
}

export const makeSchemas = ({ named, at, refers, reserved }: SchemasOptions): Schemas => {
  const definitions = Definitions.make(reserved)
  /** The recursive codecs that are being described, with their names; see {@link recursive}. */
  const open = new Map<t.Any, string>()
  /** The recursive codecs whose parts are being written out. */
  const extending = new Set<t.Any>()
  const done = new Map<t.Any, CodecSchema>()

  const refer = (name: string): JsonRecord => ({ $ref: `${at}${name}` })

  /** The schema that somebody has given the codec. */
  const given = (codec: t.Any): JsonRecord | undefined =>
    Object.hasOwn(named, codec.name) ? named[codec.name] : jsonSchemaOf(codec)

  const structure = (codec: t.Any, path: string, extended: boolean): SchemaResult => {
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
        return type === undefined ? unsupported(codec, path, advice) : refined(codec, type, path, extended)
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

  const closed = (made: CodecSchema): CodecSchema => ({ ...made, closed: true })

  const refined = (codec: t.Any, base: t.Any, path: string, extended: boolean): SchemaResult => {
    const known = knownSchema(codec)
    if (known !== undefined) return described(known)
    return F.pipe(
      schemaOf(base, `${path}.${codec.name}`, extended),
      E.map((made) => refinedSchema(codec, base, made)),
    )
  }

  /** The schema of a codec, written out. */
  const body = (codec: t.Any, path: string, extended: boolean): SchemaResult => {
    const schema = given(codec)
    return F.pipe(
      schema === undefined ? structure(codec, path, extended) : described(schema),
      E.map((made) => ({
        schema: made.closed && !extended ? closeObject(made.schema) : made.schema,
        closed: made.closed && extended,
        optional: keeps(codec, undefined),
      })),
    )
  }

  /** A recursive codec refers to its definition, which is entered before its parts are known. */
  const recursive = (codec: t.Any, path: string): SchemaResult => {
    const made = definitions.define(recursiveName(codec), (name) => {
      open.set(codec, name)
      const { type } = partsOf(codec)
      const inner = type === undefined ? unsupported(codec, path, advice) : body(type, path, false)
      open.delete(codec)
      return F.pipe(
        inner,
        E.map(({ schema }) => schema),
      )
    })
    return F.pipe(
      made,
      E.map((name) => ({ schema: refer(name), closed: false, optional: false })),
    )
  }

  const extendedRecursion = (codec: t.Any, path: string): SchemaResult => {
    const { type } = partsOf(codec)
    if (type === undefined || extending.has(codec)) return unsupported(codec, path, 'it is a part of itself')
    extending.add(codec)
    const made = structure(type, path, true)
    extending.delete(codec)
    return made
  }

  const compute: SchemaOf = (codec, path, extended) => {
    const isRecursive = partsOf(codec)._tag === 'RecursiveType' && given(codec) === undefined
    if (isRecursive) return extended ? extendedRecursion(codec, path) : recursive(codec, path)
    const name = refers === 'names' && !extended ? componentName(codec) : undefined
    return F.pipe(
      body(codec, path, extended),
      E.map((made) => (name === undefined ? made : { ...made, schema: refer(definitions.add(name, made.schema)) })),
    )
  }

  const schemaOf: SchemaOf = (codec, path, extended) => {
    const pending = extended ? undefined : open.get(codec)
    if (pending !== undefined) return described(refer(pending))
    const before = extended ? undefined : done.get(codec)
    if (before !== undefined) return E.right(before)
    const made = compute(codec, path, extended)
    // While a recursion is open, its name may still change.
    if (E.isRight(made) && !extended && open.size === 0) done.set(codec, made.right)
    return made
  }

  return {
    of: (codec, path) =>
      F.pipe(
        schemaOf(codec, path, false),
        E.map(({ schema }) => schema),
      ),
    definitions: definitions.all,
  }
}
