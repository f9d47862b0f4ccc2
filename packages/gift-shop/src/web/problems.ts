import { Logger } from '@foldlog/core'
import { Responder } from '@foldlog/http'
import type { ShopError } from '../shop/ShopError.ts'

/**
 * The rejections of the shop as HTTP problems: 404 for a missing thing, 409 for a conflict with the current state, 422
 * for an impossible request.
 *
 * @category constructors
 * @since 0.1.0
 */
export const shopResponder = (logger: Logger = Logger.silent): Responder<ShopError> =>
  Responder.make<ShopError>(
    {
      NoSuchAccount: () => ({ status: 404, title: 'Account not found' }),
      NoSuchOrder: () => ({ status: 404, title: 'Order not found' }),
      NoSuchGiftCard: ({ giftCardId }) => ({
        status: 422,
        title: 'Gift card not found',
        facts: { gift_card_id: giftCardId },
      }),
      AccountExists: () => ({ status: 409, title: 'The account already exists' }),
      GiftCardExists: () => ({ status: 409, title: 'The gift card already exists' }),
      OrderExists: () => ({ status: 409, title: 'The order already exists' }),
      TooMuchMoney: () => ({ status: 422, title: 'Amount too large' }),
      OrderNotOpen: ({ status }) => ({
        status: 409,
        title: 'The order is no longer open',
        facts: { order: status },
      }),
      OrderSettled: ({ status }) => ({ status: 409, title: 'The order cannot be canceled', facts: { order: status } }),
      InOrderAlready: ({ giftCardId }) => ({
        status: 409,
        title: 'The gift card is already in this order',
        facts: { gift_card_id: giftCardId },
      }),
      OrderTooLarge: () => ({ status: 422, title: 'The order is too expensive to be paid' }),
      OrderEmpty: () => ({ status: 409, title: 'The order is empty' }),
    },
    { logger },
  )
