import { type Branded, type BrandedCodec, brandedInteger } from '@foldlog/core/codecs'
import * as t from 'io-ts'

/**
 * Money in 1/100 of the currency: an integer, exact, of either sign.
 *
 * @category model
 * @since 0.1.0
 */
export type Cents = Branded<number, 'Cents'>

/**
 * The codec of {@link Cents}.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Cents: BrandedCodec<number, 'Cents'> = brandedInteger('Cents')

/**
 * An amount that is moved, in 1/100: above zero.
 *
 * @category model
 * @since 0.1.0
 */
export type Amount = Branded<number, 'Amount'>

/**
 * The codec of {@link Amount}.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Amount: BrandedCodec<number, 'Amount'> = brandedInteger('Amount', { min: 1 })

/**
 * The codec of {@link Overdraft}.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Overdraft: t.UnionC<[BrandedCodec<number, 'Overdraft'>, t.LiteralC<'unlimited'>]> = t.union([
  brandedInteger('Overdraft', { min: 0 }),
  t.literal('unlimited'),
])

/**
 * The overdraft limit of an account: at least zero, in 1/100, or unlimited.
 *
 * @category model
 * @since 0.1.0
 */
export type Overdraft = t.TypeOf<typeof Overdraft>
