import { Responder } from '@foldlog/http'
import type { GiftCardId } from '../ids.ts'
import type { ShopError } from '../shop/ShopError.ts'

const cardOf = ({ giftCardId }: { readonly giftCardId: GiftCardId }) => ({ gift_card_id: giftCardId })

const orderOf = ({ status }: { readonly status: string }) => ({ order: status })

/**
 * The rejections of the shop as HTTP problems: 404 for a missing thing, 409 for a conflict with the current state, 422
 * for an impossible request.
 *
 * @category constructors
 * @since 0.1.0
 */
export const shopResponder = Responder.make<ShopError>({
  NoSuchAccount: { status: 404, title: 'Account not found' },
  NoSuchOrder: { status: 404, title: 'Order not found' },
  NoSuchGiftCard: { status: 422, title: 'Gift card not found', facts: cardOf },
  AccountExists: { status: 409, title: 'The account already exists' },
  GiftCardExists: { status: 409, title: 'The gift card already exists' },
  OrderExists: { status: 409, title: 'The order already exists' },
  TooMuchMoney: { status: 422, title: 'Amount too large' },
  OrderNotOpen: { status: 409, title: 'The order is no longer open', facts: orderOf },
  OrderSettled: { status: 409, title: 'The order cannot be canceled', facts: orderOf },
  InOrderAlready: { status: 409, title: 'The gift card is already in this order', facts: cardOf },
  OrderTooLarge: { status: 422, title: 'The order is too expensive to be paid' },
  OrderEmpty: { status: 409, title: 'The order is empty' },
})
