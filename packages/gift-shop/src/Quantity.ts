import { type Branded, type BrandedCodec, brandedInteger } from '@foldlog/core/codecs'

/**
 * The number of pieces of a gift card: an integer from 1 to a million.
 *
 * @category model
 * @since 0.1.0
 */
export type Quantity = Branded<number, 'Quantity'>

/**
 * The codec of {@link Quantity}.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Quantity: BrandedCodec<number, 'Quantity'> = brandedInteger('Quantity', { min: 1, max: 1_000_000 })
