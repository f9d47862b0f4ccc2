import { createRoute, listRoute, showRoute } from '@foldlog/hono-server'
import { Route } from '@foldlog/http'
import { function as F, taskEither as TE } from 'fp-ts'
import { GiftCardId } from '../ids.ts'
import { type GiftCardView, giftCards } from '../views/giftCards.ts'
import { RequestBodies, ResponseBodies } from './httpCodecs.ts'
import { readView, type Web } from './Web.ts'

const cardIn = Route.parameter(GiftCardId, 'gift_card_id')

const bodyOf = (id: string, view: GiftCardView) => ({ gift_card_id: id, ...view })

const views = [giftCards.name]

/**
 * The routes of gift cards.
 *
 * @category constructors
 * @since 0.1.0
 */
export const giftCardRoutes = (web: Web): ReadonlyArray<Route> => [
  createRoute(
    web,
    views,
  )({
    path: '/gift_cards',
    name: 'createGiftCard',
    summary: 'Adds a gift card to the shop.',
    codec: RequestBodies.giftCard,
    errorStatuses: [],
    description: 'The gift card is in the shop.',
    idName: 'gift_card_id',
    idCodec: GiftCardId,
    collection: '/gift_cards',
    dispatch:
      (id, { body }) =>
      (context) =>
        F.pipe(
          TE.fromEither(cardIn({ gift_card_id: id })),
          TE.chainW((giftCardId) =>
            web.dispatcher.dispatch({ type: 'CreateGiftCard', data: { giftCardId, ...body } }, context),
          ),
        ),
  }),
  listRoute(web)({
    path: '/gift_cards',
    name: 'listGiftCards',
    summary: 'Lists the gift cards of the shop, a page at a time.',
    description: 'A page of gift cards.',
    body: ResponseBodies.giftCards,
    projection: giftCards,
    toItem: bodyOf,
  }),
  showRoute(
    web,
    views,
  )({
    path: '/gift_cards/{gift_card_id}',
    name: 'showGiftCard',
    summary: 'Shows a gift card, and how many pieces are left.',
    description: 'The gift card.',
    body: ResponseBodies.giftCard,
    read: (parameters) => F.pipe(TE.fromEither(cardIn(parameters)), TE.chainW(readView(web, giftCards, bodyOf))),
  }),
]
