import type { JsonRecord } from '@foldlog/core'
import { jsonSchemaOf } from '@foldlog/core/codecs'
import * as fc from 'fast-check'
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'
import type { Values } from './ArbitraryResult.ts'
import { filtered } from './constrain.ts'
import { asIoTsCodec, childCodecs } from './IoTsCodec.ts'

/** A pattern for the whole text. Of the others, texts of common forms say more. */
const isWhole = (pattern: unknown): pattern is string =>
  typeof pattern === 'string' && pattern.startsWith('^') && pattern.endsWith('$')

const textsOf = ({ type, pattern, maxLength }: JsonRecord): ReadonlyArray<Values> => {
  if (type !== 'string' || !isWhole(pattern)) return []
  try {
    const texts = fc.stringMatching(new RegExp(pattern, 'u'))
    if (typeof maxLength !== 'number') return [texts]
    return [filtered(texts, (text) => [...String(text)].length <= maxLength, `text of ${maxLength} characters`)]
  } catch {
    // fast-check does not know every sign of a pattern.
    return []
  }
}

const listOf = (values: unknown): ReadonlyArray<Values> =>
  Array.isArray(values) && values.length > 0 ? [fc.constantFrom<unknown>(...values)] : []

/** JSON values of a schema: its examples, the words that it lists, and texts of its pattern. */
const valuesOf = (schema: JsonRecord): ReadonlyArray<Values> => [
  ...listOf(schema['enum']),
  ...textsOf(schema),
  ...listOf(schema['examples']),
]

/**
 * Candidates for the values of a codec that carries a schema, decoded. There are none when the schema gives limits
 * only: the search of the limits finds those, too.
 */
export const describedValues = (codec: t.Mixed): ReadonlyArray<Values> =>
  valuesOf(jsonSchemaOf(codec) ?? {}).map((values) =>
    values
      .map((json) => codec.decode(json))
      // An undecodable value is none of the codec, and the filter of the caller leaves it out.
      .map((decoded) => (E.isRight(decoded) ? decoded.right : undefined)),
  )

/** Whether a codec refines one whose schema gives values. Then no others are searched for. */
export const isDescribedBelow = (codec: t.Mixed): boolean =>
  asIoTsCodec(codec)?._tag === 'RefinementType' &&
  childCodecs(codec).some((base) => describedValues(base).length > 0 || isDescribedBelow(base))
