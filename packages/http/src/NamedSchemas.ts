import type { JsonRecord } from '@foldlog/core'

/**
 * Schemas by the name of the codec, for codecs whose parts do not describe them fully: `{ Amount: { type: 'integer',
 * minimum: 1 } }`. They come before the schema that a codec carries; see `withJsonSchema` of `@foldlog/core/codecs`.
 *
 * @category model
 * @since 0.1.0
 */
export type NamedSchemas = Readonly<Record<string, JsonRecord>>
