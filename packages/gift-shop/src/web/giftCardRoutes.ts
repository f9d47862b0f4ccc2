import { readViewPage } from '@foldlog/hono-server'
import { Route } from '@foldlog/http'
import { function as F, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { GiftCardId } from '../ids.ts'
import { type GiftCardView, giftCards } from '../views/giftCards.ts'
import { RequestBodies, ResponseBodies } from './httpCodecs.ts'
import { answerCommand, answerRead, viewOf, type Web } from './Web.ts'

const cardIn = Route.parameter(GiftCardId, 'gift_card_id')

const bodyOf = (id: string, view: GiftCardView) => ({ gift_card_id: id, ...view })

/**
 * The routes of gift cards.
 *
 * @category constructors
 * @since 0.1.0
 */
export const giftCardRoutes = (web: Web): ReadonlyArray<Route> => [
  {
    method: 'POST',
    path: '/gift_cards',
    name: 'createGiftCard',
    summary: 'Puts a gift card into the shop.',
    isCommand: true,
    body: RequestBodies.giftCard,
    responses: { 201: { description: 'It is there.', body: ResponseBodies.giftCardId } },
    errorStatuses: [400, 409, 412, 415],
    handle: (request) =>
      answerCommand(web, 'gift_cards')(
        request,
        RequestBodies.giftCard,
        ({ body, newId }) =>
          (context) =>
            F.pipe(
              TE.fromEither(cardIn({ gift_card_id: newId })),
              TE.chainW((giftCardId) =>
                web.dispatcher.dispatch({ type: 'CreateGiftCard', data: { giftCardId, ...body } }, context),
              ),
            ),
        ({ newId }) => ({ status: 201, body: { gift_card_id: newId }, location: `/gift_cards/${newId}` }),
      ),
  },
  {
    method: 'GET',
    path: '/gift_cards',
    name: 'listGiftCards',
    summary: 'The gift cards of the shop, a page at a time.',
    isCommand: false,
    query: { after: t.string },
    responses: { 200: { description: 'A page of gift cards.', body: ResponseBodies.giftCards } },
    errorStatuses: [400],
    handle: (request) => answerRead(web, 'gift_cards')(request, readViewPage(web, giftCards, request, bodyOf)),
  },
  {
    method: 'GET',
    path: '/gift_cards/{gift_card_id}',
    name: 'showGiftCard',
    summary: 'A gift card, and how many there are.',
    isCommand: false,
    responses: {
      200: { description: 'The gift card.', body: ResponseBodies.giftCard },
      304: { description: 'As you have it.' },
    },
    errorStatuses: [400, 404],
    handle: (request, parameters) =>
      answerRead(web, 'gift_cards')(
        request,
        F.pipe(
          TE.fromEither(cardIn(parameters)),
          TE.chainW((id) =>
            F.pipe(
              viewOf(web, giftCards)(id),
              TE.map(({ view, history }) => ({ body: bodyOf(id, view), version: view.version, history })),
            ),
          ),
        ),
      ),
  },
]
