import { Logger } from '@foldlog/core'
import { Responder } from '@foldlog/http'
import type { ShopError } from '../shop/ShopError.ts'

/**
 * The refusals of the shop as HTTP problems: 404 for a missing thing, 409 for a conflict with the current state, 422
 * for an impossible request.
 *
 * @category constructors
 * @since 0.1.0
 */
export const shopResponder = (logger: Logger = Logger.silent): Responder<ShopError> =>
  Responder.make<ShopError>(
    {
      NoSuchAccount: () => ({ status: 404, title: 'There is no such account' }),
      NoSuchOrder: () => ({ status: 404, title: 'There is no such order' }),
      NoSuchGiftCard: ({ giftCardId }) => ({
        status: 422,
        title: 'There is no such gift card',
        facts: { gift_card_id: giftCardId },
      }),
      AccountExists: () => ({ status: 409, title: 'This account is open already' }),
      GiftCardExists: () => ({ status: 409, title: 'There is such a gift card already' }),
      OrderExists: () => ({ status: 409, title: 'There is such an order already' }),
      TooMuchMoney: () => ({ status: 422, title: 'Nobody could count so much money' }),
      OrderNotOpen: ({ status }) => ({
        status: 409,
        title: 'The order is not open any more',
        facts: { order: status },
      }),
      OrderSettled: ({ status }) => ({ status: 409, title: 'The order cannot be canceled', facts: { order: status } }),
      InOrderAlready: ({ giftCardId }) => ({
        status: 409,
        title: 'The gift card is in this order already',
        facts: { gift_card_id: giftCardId },
      }),
      OrderTooLarge: () => ({ status: 422, title: 'Nobody could pay so much' }),
      OrderEmpty: () => ({ status: 409, title: 'There is nothing in this order' }),
    },
    { logger },
  )
