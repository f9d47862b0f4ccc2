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
import { closeObject } from './objects.ts'
import { structureOf } from './structureOf.ts'

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

  /** The schema of a codec, written out. */
  const body = (codec: t.Any, path: string, extended: boolean): SchemaResult => {
    const schema = given(codec)
    return F.pipe(
      schema === undefined ? structureOf(codec, path, extended, schemaOf) : described(schema),
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
    const made = structureOf(type, path, true, schemaOf)
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
