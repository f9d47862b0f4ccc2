import * as t from 'io-ts'

/**
 * The brand of a number of pieces.
 *
 * @category model
 * @since 0.1.0
 */
export interface QuantityBrand {
  readonly Quantity: unique symbol
}

/**
 * The codec of {@link Quantity}.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Quantity: t.BrandC<t.NumberC, QuantityBrand> = t.brand(
  t.number,
  (n): n is t.Branded<number, QuantityBrand> => Number.isSafeInteger(n) && n > 0 && n <= 1_000_000,
  'Quantity',
)

/**
 * The number of pieces of a gift card: an integer from 1 to a million.
 *
 * @category model
 * @since 0.1.0
 */
export type Quantity = t.TypeOf<typeof Quantity>
