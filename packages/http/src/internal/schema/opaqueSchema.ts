import { either as E, function as F } from 'fp-ts'
import type * as t from 'io-ts'
import { decodes, itemOf, partsOf, refuses } from './CodecParts.ts'
import { advice, described, type SchemaOf, type SchemaResult, unsupported } from './CodecSchema.ts'
import { knownSchema } from './knownSchemas.ts'

/** Whether a codec takes `null` for an option without a value, and recognizes options. */
const isOptionFromNullable = (codec: t.Any): boolean =>
  codec.name.startsWith('Option<') && codec.is({ _tag: 'None' }) && decodes(codec, null)

/** One value of each kind of JSON that a schema can describe without knowing more. */
const kinds: ReadonlyArray<readonly [string, unknown]> = [
  ['string', 'a'],
  ['number', 1.5],
  ['boolean', true],
]

/**
 * The schema of an option of a primitive value. `optionFromNullable` of io-ts-types hides the codec of the value, so
 * the kind of that value is tried.
 */
const nullableSchema = (codec: t.Any, path: string): SchemaResult => {
  const accepted = kinds.filter(([, value]) => decodes(codec, value)).map(([kind]) => kind)
  const isWide = [{}, []].some((value) => decodes(codec, value))
  // A codec that accepts `a` may refuse other texts: then it is not `t.string`.
  const isNarrow = ['', '\n', '2000-01-01', 'true'].some((text) => accepted.includes('string') && refuses(codec, text))
  return accepted.length === 0 || isWide || isNarrow
    ? unsupported(
        codec,
        path,
        `the codec within ${codec.name} cannot be seen; write t.union([codec, t.null]), or ${advice}`,
      )
    : described({ type: [...accepted, 'null'] })
}

const collectionSchema = (codec: t.Any, item: t.Any, path: string, schemaOf: SchemaOf): SchemaResult =>
  F.pipe(
    schemaOf(item, `${path}.items`, false),
    E.chain(({ schema: items }) =>
      described({
        type: 'array',
        items,
        ...(refuses(codec, []) ? { minItems: 1 } : undefined),
        ...(codec.is(new Set()) ? { uniqueItems: true } : undefined),
      }),
    ),
  )

/** Kinds of values without a JSON form, and what to use instead. */
const withoutJson: ReadonlyArray<readonly [(codec: t.Any) => boolean, string]> = [
  [(codec) => partsOf(codec)._tag === 'BigIntType', 'a bigint has no JSON form: use BigIntFromString of io-ts-types'],
  [(codec) => partsOf(codec)._tag === 'FunctionType', 'a function has no JSON form'],
  [
    (codec) => codec.is(new Date(0)) && codec.encode(new Date(0)) instanceof Date,
    'a Date has no JSON form: use Instant of @foldlog/core/codecs, or DateFromISOString of io-ts-types',
  ],
]

/** The schema of a codec that io-ts does not have, by its name or by the values that it decodes. */
export const opaqueSchema = (codec: t.Any, path: string, schemaOf: SchemaOf): SchemaResult => {
  const known = knownSchema(codec)
  if (known !== undefined) return described(known)
  try {
    const reason = withoutJson.find(([hasNone]) => hasNone(codec))?.[1]
    if (reason !== undefined) return unsupported(codec, path, reason)
    if (isOptionFromNullable(codec)) return nullableSchema(codec, path)
    const item = itemOf(codec)
    return item === undefined
      ? unsupported(codec, path, `its parts cannot be seen; ${advice}`)
      : collectionSchema(codec, item, path, schemaOf)
  } catch {
    // A function of the codec has thrown for a value that it does not expect.
    return unsupported(codec, path, `its functions throw; ${advice}`)
  }
}
