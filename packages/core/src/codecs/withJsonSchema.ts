import type * as t from 'io-ts'
import type { JsonRecord } from '../values/Json.ts'

/**
 * A codec that carries the JSON Schema (2020-12) of what it encodes to.
 *
 * @category model
 * @since 0.1.0
 */
export interface WithJsonSchema {
  readonly jsonSchema: JsonRecord
}

/**
 * Gives a codec its JSON Schema. `@foldlog/http` puts the schema into OpenAPI documents, and `arbitrary` of
 * `@foldlog/testing` makes values from it: of its `pattern`, its limits, its `enum` and its `examples`.
 *
 * The result is a copy of the codec with the property `jsonSchema`. A property works between two installed copies of
 * this package, and stays where a codec is part of another one, under a refinement, and under another name.
 *
 * @category combinators
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { jsonSchemaOf, withJsonSchema } from '@foldlog/core/codecs'
 * import * as t from 'io-ts'
 *
 * const Percent = withJsonSchema(
 *   t.refinement(t.number, (n) => n >= 0 && n <= 100, 'Percent'),
 *   { type: 'number', minimum: 0, maximum: 100 },
 * )
 * console.log(Percent.is(101), jsonSchemaOf(Percent))
 * ```
 *
 * ```text
 * false { type: 'number', minimum: 0, maximum: 100 }
 * ```
 */
export const withJsonSchema = <Codec extends t.Any>(codec: Codec, jsonSchema: JsonRecord): Codec & WithJsonSchema =>
  // io-ts has no way to copy a codec. The methods of its classes are properties of each codec.
  Object.assign(Object.create(Object.getPrototypeOf(codec)), codec, { jsonSchema })

const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The JSON Schema that a codec carries, see {@link withJsonSchema}. It is `undefined` for a codec without one, whose
 * parts may have some.
 *
 * @category destructors
 * @since 0.1.0
 */
export const jsonSchemaOf = (codec: t.Any): JsonRecord | undefined =>
  'jsonSchema' in codec && isRecord(codec.jsonSchema) ? codec.jsonSchema : undefined
