import type { JsonRecord } from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import type * as t from 'io-ts'

/**
 * A codec has no schema: the name of the codec, and its path.
 *
 * @category errors
 * @since 0.1.0
 */
export interface UnsupportedCodec {
  readonly _tag: 'UnsupportedCodec'
  readonly path: string
  readonly codec: string
}

/**
 * Schemas by the name of the codec, for codecs whose parts do not describe them fully: `{ Amount: { type: 'integer',
 * minimum: 1 } }`.
 *
 * @category model
 * @since 0.1.0
 */
export type NamedSchemas = Readonly<Record<string, JsonRecord>>

type SchemaResult = E.Either<UnsupportedCodec, JsonRecord>

/** The properties of io-ts codecs that a schema needs. The `_tag` determines which of them exist. */
interface CodecParts {
  readonly _tag?: string | undefined
  readonly name: string
  readonly value?: boolean | number | string | undefined
  readonly keys?: Readonly<Record<string, unknown>> | undefined
  readonly type?: t.Any | undefined
  readonly codomain?: t.Any | undefined
  readonly types?: ReadonlyArray<t.Any> | undefined
  readonly props?: Readonly<Record<string, t.Any>> | undefined
}

const simpleSchemas: Readonly<Record<string, JsonRecord>> = {
  StringType: { type: 'string' },
  NumberType: { type: 'number' },
  BooleanType: { type: 'boolean' },
  NullType: { type: 'null' },
  UnknownType: {},
  AnyArrayType: { type: 'array' },
  AnyDictionaryType: { type: 'object' },
}

/** An exact codec removes unknown properties, so an encoded value has no others. */
const closedObject = (schema: JsonRecord): JsonRecord => ({
  type: 'object',
  ...schema,
  unevaluatedProperties: false,
})

const schemaOf = (codec: t.Any, named: NamedSchemas, path: string): SchemaResult => {
  // The tag of an io-ts codec determines its parts; other codecs have none of these tags.
  const parts = codec as unknown as CodecParts
  const inner = (part: t.Any | undefined, key: string): SchemaResult =>
    part === undefined ? unsupported : schemaOf(part, named, `${path}.${key}`)
  const unsupported: SchemaResult = E.left({ _tag: 'UnsupportedCodec', path, codec: codec.name })
  const record = (required: boolean): SchemaResult =>
    F.pipe(
      Object.entries(parts.props ?? {}),
      E.traverseArray(([key, part]) =>
        F.pipe(
          inner(part, key),
          E.map((schema) => [key, schema] as const),
        ),
      ),
      E.map((entries) => ({
        type: 'object',
        properties: Object.fromEntries(entries),
        ...(required && entries.length > 0 ? { required: entries.map(([key]) => key) } : undefined),
      })),
    )
  const each = (word: 'allOf' | 'anyOf'): SchemaResult =>
    F.pipe(
      parts.types ?? [],
      E.traverseArrayWithIndex((i, part) => inner(part, `${i}`)),
      E.map((schemas) => ({ [word]: schemas })),
    )

  if (Object.hasOwn(named, codec.name)) return E.right(named[codec.name] ?? {})
  const tag = parts._tag ?? ''
  if (Object.hasOwn(simpleSchemas, tag)) return E.right(simpleSchemas[tag] ?? {})
  switch (tag) {
    case 'LiteralType':
      return parts.value === undefined ? unsupported : E.right({ const: parts.value })
    case 'KeyofType':
      return E.right({ enum: Object.keys(parts.keys ?? {}) })
    case 'InterfaceType':
      return record(true)
    case 'PartialType':
      return record(false)
    case 'ExactType':
      return F.pipe(inner(parts.type, 'exact'), E.map(closedObject))
    case 'ReadonlyType':
    case 'RefinementType':
      return inner(parts.type, parts.name)
    case 'ArrayType':
    case 'ReadonlyArrayType':
      return F.pipe(
        inner(parts.type, 'items'),
        E.map((items) => ({ type: 'array', items })),
      )
    case 'DictionaryType':
      return F.pipe(
        inner(parts.codomain, 'values'),
        E.map((additionalProperties) => ({ type: 'object', additionalProperties })),
      )
    case 'UnionType':
      return each('anyOf')
    case 'IntersectionType':
      return each('allOf')
    default:
      return unsupported
  }
}

/**
 * Returns the schema of a codec's output, or the part that has none. `path` is the prefix of the paths of parts.
 *
 * @category destructors
 * @since 0.1.0
 */
const of = (codec: t.Any, named: NamedSchemas = {}, path = codec.name): SchemaResult => schemaOf(codec, named, path)

/**
 * The JSON schemas (2020-12) of io-ts codecs. A refinement or a brand has the schema of its base codec, unless `named`
 * has one under its name.
 *
 * @category namespace
 * @since 0.1.0
 */
export const JsonSchema = { of } as const
