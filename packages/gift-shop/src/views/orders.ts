import { Projection } from '@foldlog/subscriptions'
import * as t from 'io-ts'
import { order } from '../order/Service.ts'
import { Reason } from '../Reason.ts'

/**
 * The view of an order: the total price of its items, and the reason of its cancellation, if there is one. `version` is
 * that of its stream.
 *
 * @category codecs
 * @since 0.1.0
 */
export const OrderView = t.strict({
  account_id: t.string,
  status: t.keyof({ open: null, validated: null, paid: null, canceled: null }),
  items: t.readonlyArray(t.strict({ gift_card_id: t.string, amount: t.number, price: t.number })),
  total_price: t.number,
  reason: t.union([Reason, t.null]),
  version: t.number,
})

/**
 * The view of an order.
 *
 * @category model
 * @since 0.1.0
 */
export type OrderView = t.TypeOf<typeof OrderView>

const at = (view: OrderView, status: OrderView['status'], version: number): OrderView => ({ ...view, status, version })

/**
 * The projection of orders, by their streams.
 *
 * @category constructors
 * @since 0.1.0
 */
export const orders: Projection<readonly [typeof order], OrderView> = Projection.byType({
  name: 'orders',
  // The views of the first shop were version 1, and know only the events of their time.
  version: 2,
  from: [order],
  partitions: 4,
  view: OrderView,
  key: ({ stream }) => stream,
  on: {
    OrderCreated: (_, { event, version }) => {
      const { accountId } = event.data
      return { account_id: accountId, status: 'open', items: [], total_price: 0, reason: null, version }
    },
    GiftCardAdded: (view, { event, version }) => {
      if (view === undefined) return undefined
      const { giftCardId, amount, price } = event.data
      const items = [...view.items, { gift_card_id: giftCardId, amount, price }]
      return { ...view, items, total_price: view.total_price + amount * price, version }
    },
    OrderValidated: (view, { version }) => view && at(view, 'validated', version),
    OrderPaid: (view, { version }) => view && at(view, 'paid', version),
    OrderCanceled: (view, { event, version }) =>
      view && { ...at(view, 'canceled', version), reason: event.data.reason },
  },
})
