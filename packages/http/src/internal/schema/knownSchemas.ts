import type { JsonRecord } from '@foldlog/core'
import type * as t from 'io-ts'
import { partsOf } from './CodecParts.ts'

/** Ends in the last millisecond that a `Date` can hold. */
const lastDate = 8.64e15

const hex = '[0-9a-fA-F]'
const uuid = `^${hex}{8}(-${hex}{4}){3}-${hex}{12}$`
const isoDate =
  '^(\\d{4}|\\+0\\d{5}|-(?!0{6})0\\d{5})-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3])(:[0-5]\\d){2}\\.\\d{3}Z$'

/** The digits of the largest number, 1.7976931348623157e+308, after the first one. */
const largest = '7976931348623157'

/** What may follow `1.` in numbers with the exponent 308, so that none is larger than the largest number. */
const upToLargest = [...largest].map((digit, i) => `${largest.slice(0, i)}(${digit}|[0-${Number(digit) - 1}]\\d*)`)

/**
 * Integers as JavaScript writes them. From 10 to the power of 21 on, all numbers are integers, and are written with an
 * exponent: `1.5e+21`.
 */
const integer = [
  '\\d{1,21}',
  '\\d(\\.\\d+)?e\\+(2[1-9]|[3-9]\\d|[12]\\d{2}|30[0-7])',
  `1(\\.(${upToLargest.join('|')}))?e\\+308`,
].join('|')

/** The schemas of codecs of io-ts and io-ts-types that are refinements, or that show only their functions, by name. */
const schemas: Readonly<Record<string, JsonRecord>> = {
  Int: { type: 'integer' },
  UUID: { type: 'string', format: 'uuid', pattern: uuid },
  NonEmptyString: { type: 'string', minLength: 1 },
  DateFromISOString: { type: 'string', format: 'date-time', pattern: isoDate },
  DateFromNumber: { type: 'integer', minimum: -lastDate, maximum: lastDate },
  DateFromUnixTime: { type: 'integer', minimum: -lastDate / 1_000, maximum: lastDate / 1_000 },
  NumberFromString: { type: 'string', pattern: '^-?(\\d+(\\.\\d+)?(e[+-]\\d+)?|Infinity)$' },
  IntFromString: { type: 'string', pattern: `^-?(${integer})$` },
  BigIntFromString: { type: 'string', pattern: '^(0|-?[1-9]\\d*)$' },
  BooleanFromString: { type: 'string', enum: ['true', 'false'] },
  BooleanFromNumber: { type: 'integer', enum: [0, 1] },
  JsonFromString: { type: 'string', contentMediaType: 'application/json' },
}

/** The schema of a well-known codec. A codec of another kind may have the same name. */
export const knownSchema = (codec: t.Any): JsonRecord | undefined => {
  const { _tag, name } = partsOf(codec)
  const isOpaque = _tag === undefined || _tag === 'RefinementType'
  return isOpaque && Object.hasOwn(schemas, name) ? schemas[name] : undefined
}
