import { StreamName } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

/**
 * The brand of the id of an account, a gift card or an order.
 *
 * @category model
 * @since 0.1.0
 */
export interface IdBrand<Of extends string> {
  readonly Id: Of
}

/** A text that can name a stream. 400 characters leave room for the words beside it in the keys of handlers. */
const id = <Of extends string>(name: Of): t.Type<t.Branded<string, IdBrand<Of>>, string, unknown> =>
  t.refinement(
    t.string,
    (text) => text.length <= 400 && E.isRight(StreamName.make('any', text)),
    name,
    // The brand has no meaning but this refinement.
  ) as unknown as t.Type<t.Branded<string, IdBrand<Of>>, string, unknown>

/**
 * The codec of {@link AccountId}.
 *
 * @category codecs
 * @since 0.1.0
 */
export const AccountId = id('AccountId')

/**
 * The id of an account.
 *
 * @category model
 * @since 0.1.0
 */
export type AccountId = t.TypeOf<typeof AccountId>

/**
 * The codec of {@link GiftCardId}.
 *
 * @category codecs
 * @since 0.1.0
 */
export const GiftCardId = id('GiftCardId')

/**
 * The id of a gift card, of which the shop has many pieces.
 *
 * @category model
 * @since 0.1.0
 */
export type GiftCardId = t.TypeOf<typeof GiftCardId>

/**
 * The codec of {@link OrderId}.
 *
 * @category codecs
 * @since 0.1.0
 */
export const OrderId = id('OrderId')

/**
 * The id of an order.
 *
 * @category model
 * @since 0.1.0
 */
export type OrderId = t.TypeOf<typeof OrderId>
