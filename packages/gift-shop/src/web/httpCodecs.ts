import * as t from 'io-ts'
import { GiftCardId } from '../ids.ts'
import { Money } from '../Money.ts'
import { Name } from '../Name.ts'
import { Quantity } from '../Quantity.ts'
import { AccountView } from '../views/accounts.ts'
import { GiftCardView } from '../views/giftCards.ts'
import { OrderView } from '../views/orders.ts'

/**
 * The bodies of requests, under the names that Chekov's shop gave them.
 *
 * @category codecs
 * @since 0.1.0
 */
export const RequestBodies = {
  account: t.strict({ name: Name }),
  deposit: t.strict({ amount: Money }),
  giftCard: t.strict({ name: Name, price: Money, count: Quantity }),
  item: t.strict({ gift_card_id: GiftCardId, amount: Quantity }),
} as const

const AccountResource = t.strict({ account_id: t.string, ...AccountView.type.props })
const GiftCardResource = t.strict({ gift_card_id: t.string, ...GiftCardView.type.props })
const OrderResource = t.strict({ order_id: t.string, ...OrderView.type.props })

/**
 * The bodies of responses, and the items of pages.
 *
 * @category codecs
 * @since 0.1.0
 */
export const ResponseBodies = {
  account: AccountResource,
  giftCard: GiftCardResource,
  order: OrderResource,
} as const
