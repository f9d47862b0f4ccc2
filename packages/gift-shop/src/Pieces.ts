import * as t from 'io-ts'

/**
 * What marks a number as a number of pieces.
 *
 * @category model
 * @since 0.1.0
 */
export interface PiecesBrand {
  readonly Pieces: unique symbol
}

/**
 * The codec of {@link Pieces}.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Pieces: t.BrandC<t.NumberC, PiecesBrand> = t.brand(
  t.number,
  (n): n is t.Branded<number, PiecesBrand> => Number.isSafeInteger(n) && n > 0 && n <= 1_000_000,
  'Pieces',
)

/**
 * How many of a gift card: an integer from 1 to a million.
 *
 * @category model
 * @since 0.1.0
 */
export type Pieces = t.TypeOf<typeof Pieces>
