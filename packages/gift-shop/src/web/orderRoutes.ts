import { commandRoute, type DispatchRequest, emptyBody, showRoute } from '@foldlog/hono-server'
import { orNotFound, Route } from '@foldlog/http'
import { function as F, taskEither as TE } from 'fp-ts'
import { OrderId } from '../ids.ts'
import { addGiftCard } from '../shop/requests.ts'
import type { ShopError } from '../shop/ShopError.ts'
import { type OrderView, orders } from '../views/orders.ts'
import { RequestBodies, ResponseBodies } from './httpCodecs.ts'
import { readView, type Web } from './Web.ts'

const orderIn = Route.parameter(OrderId, 'order_id')

/**
 * An order as the body of a response.
 *
 * @category destructors
 * @since 0.1.0
 */
export const orderBody = (id: string, view: OrderView): object => ({ order_id: id, ...view })

const views = [orders.name]

/** Dispatches a command of the order in the path, which is 404 when there is no such order. */
const toOrder =
  <A>(
    dispatch: (
      orderId: OrderId,
      ...request: Parameters<DispatchRequest<ShopError, A>>
    ) => ReturnType<DispatchRequest<ShopError, A>>,
  ): DispatchRequest<ShopError, A> =>
  (request, parameters) =>
  (context) =>
    F.pipe(
      TE.fromEither(orderIn(parameters)),
      TE.chainW((orderId) => dispatch(orderId, request, parameters)(context)),
      orNotFound(`order ${parameters['order_id']}`),
    )

/** The route of a command that ends the editing of an order. */
const endRoute = (
  web: Web,
  word: 'validate' | 'cancel',
  type: 'ValidateOrder' | 'CancelOrder',
  summary: string,
  success: { readonly status: number; readonly description: string },
): Route =>
  commandRoute(
    web,
    views,
  )({
    path: `/orders/{order_id}/${word}`,
    name: `${word}Order`,
    summary,
    codec: emptyBody,
    errorStatuses: [404, 409, 410],
    success,
    dispatch: toOrder((orderId) => (context) => web.dispatcher.dispatch({ type, data: { orderId } }, context)),
  })

/**
 * The routes of orders.
 *
 * @category constructors
 * @since 0.1.0
 */
export const orderRoutes = (web: Web): ReadonlyArray<Route> => [
  showRoute(
    web,
    views,
  )({
    path: '/orders/{order_id}',
    name: 'showOrder',
    summary: 'Shows an order and its progress.',
    description: 'The order.',
    body: ResponseBodies.order,
    read: (parameters) => F.pipe(TE.fromEither(orderIn(parameters)), TE.chainW(readView(web, orders, orderBody))),
  }),
  commandRoute(
    web,
    views,
  )({
    path: '/orders/{order_id}/items',
    name: 'addGiftCard',
    summary: 'Adds a gift card to an order, at the price of the shop.',
    codec: RequestBodies.item,
    errorStatuses: [404, 409, 410],
    success: { status: 204, description: 'The gift card is in the order.' },
    dispatch: toOrder((orderId, { body: { gift_card_id: giftCardId, amount } }) =>
      addGiftCard(web.dispatcher, { orderId, giftCardId, amount }),
    ),
  }),
  endRoute(
    web,
    'validate',
    'ValidateOrder',
    'Validates an order: it is then paid and packed, or canceled with a reason.',
    { status: 202, description: 'The order is in progress; reading it shows how it ends.' },
  ),
  endRoute(web, 'cancel', 'CancelOrder', 'Cancels an order that is not paid yet.', {
    status: 204,
    description: 'The order is canceled.',
  }),
]
