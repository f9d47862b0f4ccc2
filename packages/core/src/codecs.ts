/**
 * Ready codecs for the values of a domain: money, days, instants, ids, e-mail addresses. Each has a JSON Schema, from
 * which `@foldlog/http` describes it and `@foldlog/testing` makes its values.
 *
 * @since 0.1.0
 */

export type { Branded, BrandedCodec } from './codecs/Branded.ts'
export * from './codecs/brandedId.ts'
export * from './codecs/brandedInteger.ts'
export * from './codecs/brandedText.ts'
export * from './codecs/Day.ts'
export * from './codecs/Email.ts'
export * from './codecs/Instant.ts'
export * from './codecs/Money.ts'
export * from './codecs/Ulid.ts'
export * from './codecs/withJsonSchema.ts'
