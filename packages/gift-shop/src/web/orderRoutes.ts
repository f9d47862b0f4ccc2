import { orNotFound, Route } from '@foldlog/http'
import { function as F, taskEither as TE } from 'fp-ts'
import { OrderId } from '../ids.ts'
import { addGiftCard } from '../shop/requests.ts'
import { type OrderView, orders } from '../views/orders.ts'
import { RequestBodies, ResponseBodies } from './httpCodecs.ts'
import { answerCommand, answerRead, viewOf, type Web } from './Web.ts'

const orderIn = Route.parameter(OrderId, 'order_id')

/**
 * An order as the body of an answer.
 *
 * @category destructors
 * @since 0.1.0
 */
export const orderBody = (id: string, view: OrderView): object => ({ order_id: id, ...view })

/** A route that ends the making of an order, one way or the other. */
const ending = (
  web: Web,
  word: 'validate' | 'cancel',
  type: 'ValidateOrder' | 'CancelOrder',
  summary: string,
  status: number,
  description: string,
): Route => ({
  method: 'POST',
  path: `/orders/{order_id}/${word}`,
  name: `${word}Order`,
  summary,
  isCommand: true,
  responses: { [status]: { description } },
  errorStatuses: [400, 404, 409, 412],
  handle: (request, parameters) =>
    answerCommand(web, 'orders')(
      request,
      RequestBodies.nothing,
      () => (context) =>
        F.pipe(
          TE.fromEither(orderIn(parameters)),
          TE.chainW((orderId) => web.dispatcher.dispatch({ type, data: { orderId } }, context)),
          orNotFound(`order ${parameters['order_id']}`),
        ),
      () => ({ status }),
    ),
})

/**
 * The routes of orders.
 *
 * @category constructors
 * @since 0.1.0
 */
export const orderRoutes = (web: Web): ReadonlyArray<Route> => [
  {
    method: 'GET',
    path: '/orders/{order_id}',
    name: 'showOrder',
    summary: 'An order, and how far it is.',
    isCommand: false,
    responses: {
      200: { description: 'The order.', body: ResponseBodies.order },
      304: { description: 'As you have it.' },
    },
    errorStatuses: [400, 404],
    handle: (request, parameters) =>
      answerRead(web, 'orders')(
        request,
        F.pipe(
          TE.fromEither(orderIn(parameters)),
          TE.chainW((id) =>
            F.pipe(
              viewOf(web, orders)(id),
              TE.map(({ view, history }) => ({ body: orderBody(id, view), version: view.version, history })),
            ),
          ),
        ),
      ),
  },
  {
    method: 'POST',
    path: '/orders/{order_id}/items',
    name: 'addGiftCard',
    summary: 'Adds a gift card to an order, at the price of the shop.',
    isCommand: true,
    body: RequestBodies.item,
    responses: { 204: { description: 'It is in the order.' } },
    errorStatuses: [400, 404, 409, 412, 415, 422],
    handle: (request, parameters) =>
      answerCommand(web, 'orders')(
        request,
        RequestBodies.item,
        ({ body: { gift_card_id: giftCardId, amount } }) =>
          (context) =>
            F.pipe(
              TE.fromEither(orderIn(parameters)),
              TE.chainW((orderId) => addGiftCard(web.dispatcher, { orderId, giftCardId, amount })(context)),
              orNotFound(`order ${parameters['order_id']}`),
            ),
        () => ({ status: 204 }),
      ),
  },
  ending(
    web,
    'validate',
    'ValidateOrder',
    'Says that the order is what the customer wants: it is paid and packed now, or canceled with a reason.',
    202,
    'It is on its way; the order says how it ends.',
  ),
  ending(web, 'cancel', 'CancelOrder', 'Cancels an order that is not paid yet.', 204, 'It is canceled.'),
]
