import { readViewPage } from '@foldlog/hono-server'
import { GiftCardId } from '../ids.ts'
import { type GiftCardView, giftCards } from '../views/giftCards.ts'
import { RequestBodies, ResponseBodies } from './httpCodecs.ts'
import { readView, shopRoute } from './Web.ts'

const bodyOf = (id: string, view: GiftCardView) => ({ gift_card_id: id, ...view })

const handlers = [giftCards.name]

const parameters = { gift_card_id: GiftCardId }

/**
 * The routes of gift cards.
 *
 * @category constructors
 * @since 0.1.0
 */
export const giftCardRoutes = [
  shopRoute.command({
    name: 'createGiftCard',
    summary: 'Adds a gift card to the shop.',
    path: '/gift_cards',
    body: RequestBodies.giftCard,
    creates: parameters,
    location: '/gift_cards/{gift_card_id}',
    description: 'The gift card is in the shop.',
    handlers,
    to: ({ newId: giftCardId, body }) => ({ type: 'CreateGiftCard', data: { giftCardId, ...body } }),
  }),
  shopRoute.page({
    name: 'listGiftCards',
    summary: 'Lists the gift cards of the shop, a page at a time.',
    path: '/gift_cards',
    description: 'A page of gift cards.',
    item: ResponseBodies.giftCard,
    handlers,
    list: ({ page }, web) => readViewPage(web, giftCards, page, bodyOf),
  }),
  shopRoute.query({
    name: 'showGiftCard',
    summary: 'Shows a gift card, and how many pieces are left.',
    path: '/gift_cards/{gift_card_id}',
    parameters,
    description: 'The gift card.',
    answer: ResponseBodies.giftCard,
    versioned: true,
    handlers,
    handle: ({ parameters: { gift_card_id: id } }, web) => readView(web, giftCards, bodyOf)(id),
  }),
]
