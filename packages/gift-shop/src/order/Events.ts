import { EventCodec, type EventOf } from '@foldlog/core'
import { function as F } from 'fp-ts'
import * as t from 'io-ts'
import { AccountId, GiftCardId } from '../ids.ts'
import { Money } from '../Money.ts'
import { Quantity } from '../Quantity.ts'
import { Reason } from '../Reason.ts'

/**
 * A line of an order: a gift card, the number of its pieces, and the price of one.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Item = t.strict({ giftCardId: GiftCardId, amount: Quantity, price: Money })

/**
 * A line of an order.
 *
 * @category model
 * @since 0.1.0
 */
export type Item = t.TypeOf<typeof Item>

/** The price of every gift card in the first shop, which did not store it. */
const oncePrice = 10 as Money // An integer above zero.

/**
 * The events of an order, as they are stored. An order is paid or canceled, once.
 *
 * @category codecs
 * @since 0.1.0
 */
export const OrderEvent = EventCodec.make({
  OrderCreated: t.strict({ accountId: AccountId }),
  GiftCardAdded: F.pipe(
    EventCodec.version(1, t.strict({ giftCardId: GiftCardId, amount: Quantity })),
    EventCodec.upcast(2, Item, (older) => ({ ...older, price: oncePrice })),
  ),
  OrderValidated: t.strict({ accountId: AccountId, items: t.readonlyArray(Item), totalPrice: Money }),
  OrderPaid: t.strict({}),
  OrderCanceled: t.strict({ reason: Reason }),
})

/**
 * An event of an order.
 *
 * @category model
 * @since 0.1.0
 */
export type OrderEvent = EventOf<typeof OrderEvent>
