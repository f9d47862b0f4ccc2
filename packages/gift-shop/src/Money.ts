import { type Branded, type BrandedCodec, brandedInteger } from '@foldlog/core/codecs'

/**
 * A sum that moves, in the smallest unit: an integer above zero. The shop has one currency.
 *
 * @category model
 * @since 0.1.0
 */
export type Money = Branded<number, 'Money'>

/**
 * The codec of {@link Money}.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Money: BrandedCodec<number, 'Money'> = brandedInteger('Money', { min: 1 })
