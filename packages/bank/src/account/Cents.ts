import * as t from 'io-ts'

/**
 * The brand of a sum of money.
 *
 * @category model
 * @since 0.1.0
 */
export interface CentsBrand {
  readonly Cents: unique symbol
}

/**
 * Money in 1/100 of the currency: an integer, exact, of either sign.
 *
 * @category model
 * @since 0.1.0
 */
export type Cents = t.Branded<number, CentsBrand>

/**
 * The codec of {@link Cents}. Minus zero is rejected, because JSON would read it back as zero.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Cents: t.BrandC<t.NumberC, CentsBrand> = t.brand(
  t.number,
  (n): n is Cents => Number.isSafeInteger(n) && !Object.is(n, -0),
  'Cents',
)

/**
 * The brand of an amount that is moved.
 *
 * @category model
 * @since 0.1.0
 */
export interface AmountBrand {
  readonly Amount: unique symbol
}

/**
 * The codec of an amount that is moved: {@link Cents} above zero.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Amount: t.BrandC<typeof Cents, AmountBrand> = t.brand(
  Cents,
  (n): n is t.Branded<Cents, AmountBrand> => n > 0,
  'Amount',
)

/**
 * An amount that is moved: {@link Cents} above zero.
 *
 * @category model
 * @since 0.1.0
 */
export type Amount = t.TypeOf<typeof Amount>

/**
 * The brand of an overdraft limit.
 *
 * @category model
 * @since 0.1.0
 */
export interface OverdraftBrand {
  readonly Overdraft: unique symbol
}

/**
 * The codec of {@link Overdraft}.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Overdraft: t.UnionC<[t.BrandC<typeof Cents, OverdraftBrand>, t.LiteralC<'unlimited'>]> = t.union([
  t.brand(Cents, (n): n is t.Branded<Cents, OverdraftBrand> => n >= 0, 'Overdraft'),
  t.literal('unlimited'),
])

/**
 * The overdraft limit of an account: {@link Cents} of at least zero, or unlimited.
 *
 * @category model
 * @since 0.1.0
 */
export type Overdraft = t.TypeOf<typeof Overdraft>
