import * as t from 'io-ts'
import type { JsonRecord } from '../values/Json.ts'
import { type WithJsonSchema, withJsonSchema } from './withJsonSchema.ts'

/**
 * A value with a brand: a property that exists in types only. It is known by its text, so that the declarations of two
 * copies of this package agree.
 *
 * @category type level
 * @since 0.1.0
 */
export type Branded<A, Name extends string> = A & { readonly [K in Name]: 'checked' }

/**
 * The codec of a branded value, stored as the value without its brand. It carries its JSON Schema.
 *
 * @category model
 * @since 0.1.0
 */
export type BrandedCodec<A, Name extends string> = t.Type<Branded<A, Name>, A, unknown> & WithJsonSchema

/** What a branded codec is: its name, its rule, and the same rule as a JSON Schema. */
interface BrandRule<A, Name extends string> {
  readonly name: Name
  readonly is: (value: A) => boolean
  readonly jsonSchema: JsonRecord
}

/** Brands the values of a codec that satisfy a rule. */
export const branded =
  <A>(base: t.Type<A, A, unknown>) =>
  <Name extends string>({ name, is, jsonSchema }: BrandRule<A, Name>): BrandedCodec<A, Name> =>
    // The rule is the definition of the brand.
    withJsonSchema(t.refinement(base, is, name), jsonSchema) as unknown as BrandedCodec<A, Name>
