import { OrderId } from '../ids.ts'
import { addGiftCard } from '../shop/requests.ts'
import { type OrderView, orders } from '../views/orders.ts'
import { RequestBodies, ResponseBodies } from './httpCodecs.ts'
import { readView, shopRoute } from './Web.ts'

/**
 * An order as the body of a response.
 *
 * @category destructors
 * @since 0.1.0
 */
export const orderBody = (id: string, view: OrderView) => ({ order_id: id, ...view })

const handlers = [orders.name]

const parameters = { order_id: OrderId }

/**
 * The routes of orders.
 *
 * @category constructors
 * @since 0.1.0
 */
export const orderRoutes = [
  shopRoute.query({
    name: 'showOrder',
    summary: 'Shows an order and its progress.',
    path: '/orders/{order_id}',
    parameters,
    description: 'The order.',
    answer: ResponseBodies.order,
    versioned: true,
    handlers,
    handle: ({ parameters: { order_id: id } }, web) => readView(web, orders, orderBody)(id),
  }),
  shopRoute.command({
    name: 'addGiftCard',
    summary: 'Adds a gift card to an order, at the price of the shop.',
    path: '/orders/{order_id}/items',
    parameters,
    body: RequestBodies.item,
    description: 'The gift card is in the order.',
    errors: ['NoSuchOrder', 'NoSuchGiftCard', 'OrderNotOpen', 'InOrderAlready', 'OrderTooLarge'],
    handlers,
    to: ({ parameters: { order_id: orderId }, body: { gift_card_id: giftCardId, amount } }, web) =>
      addGiftCard(web, { orderId, giftCardId, amount }),
  }),
  shopRoute.command({
    name: 'validateOrder',
    summary: 'Validates an order: it is then paid and packed, or canceled with a reason.',
    path: '/orders/{order_id}/validate',
    parameters,
    status: 202,
    description: 'The order is in progress; reading it shows how it ends.',
    errors: ['NoSuchOrder', 'OrderNotOpen', 'OrderEmpty'],
    handlers,
    to: ({ parameters: { order_id: orderId } }) => ({ type: 'ValidateOrder', data: { orderId } }),
  }),
  shopRoute.command({
    name: 'cancelOrder',
    summary: 'Cancels an order that is not paid yet.',
    path: '/orders/{order_id}/cancel',
    parameters,
    description: 'The order is canceled.',
    errors: ['NoSuchOrder', 'OrderSettled'],
    handlers,
    to: ({ parameters: { order_id: orderId } }) => ({ type: 'CancelOrder', data: { orderId } }),
  }),
]
