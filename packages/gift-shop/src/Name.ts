import { type Branded, type BrandedCodec, brandedText } from '@foldlog/core/codecs'

/**
 * A name of a person or a thing: a text that is not blank, of 200 characters at most.
 *
 * @category model
 * @since 0.1.0
 */
export type Name = Branded<string, 'Name'>

/**
 * The codec of {@link Name}.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Name: BrandedCodec<string, 'Name'> = brandedText('Name', { maxLength: 200 })
