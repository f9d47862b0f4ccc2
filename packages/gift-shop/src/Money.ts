import * as t from 'io-ts'

/**
 * The brand of a sum of money.
 *
 * @category model
 * @since 0.1.0
 */
export interface MoneyBrand {
  readonly Money: unique symbol
}

/**
 * The codec of {@link Money}.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Money: t.BrandC<t.NumberC, MoneyBrand> = t.brand(
  t.number,
  (n): n is t.Branded<number, MoneyBrand> => Number.isSafeInteger(n) && n > 0,
  'Money',
)

/**
 * A sum that moves, in the smallest unit: an integer above zero.
 *
 * @category model
 * @since 0.1.0
 */
export type Money = t.TypeOf<typeof Money>
