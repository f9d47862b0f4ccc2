/**
 * Ready codecs for the values of a domain: money, days, instants, ids, e-mail addresses. Each has a JSON Schema, from
 * which `@foldlog/http` describes it and `@foldlog/testing` makes its values.
 *
 * @since 0.1.0
 */

export * from './codecs/withJsonSchema.ts'
