import { StreamName } from '@foldlog/core'
import { type BrandedCodec, withJsonSchema } from '@foldlog/core/codecs'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

/** A text that can name a stream. 400 characters leave room for the words beside it in the keys of handlers. */
const id = <const Of extends string>(name: Of): BrandedCodec<string, Of> =>
  withJsonSchema(
    t.refinement(t.string, (text) => text.length <= 400 && E.isRight(StreamName.make('any', text)), name),
    { type: 'string', minLength: 1, maxLength: 400 },
    // The brand has no meaning but this refinement.
  ) as unknown as BrandedCodec<string, Of>

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
