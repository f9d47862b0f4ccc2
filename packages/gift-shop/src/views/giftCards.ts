import { Projection } from '@foldlog/subscriptions'
import * as t from 'io-ts'
import { giftCard } from '../giftCard/Service.ts'

/**
 * The view of a gift card. `count` is the number of pieces that are left, `version` that of its stream.
 *
 * @category codecs
 * @since 0.1.0
 */
export const GiftCardView = t.strict({ name: t.string, price: t.number, count: t.number, version: t.number })

/**
 * The view of a gift card.
 *
 * @category model
 * @since 0.1.0
 */
export type GiftCardView = t.TypeOf<typeof GiftCardView>

/**
 * The projection of gift cards, by their streams.
 *
 * @category constructors
 * @since 0.1.0
 */
export const giftCards: Projection<readonly [typeof giftCard], GiftCardView> = Projection.byType({
  name: 'gift_cards',
  // The views of the first shop were version 1, and know only the events of their time.
  version: 2,
  from: [giftCard],
  partitions: 4,
  view: GiftCardView,
  key: ({ stream }) => stream,
  on: {
    GiftCardCreated: (_, { event, version }) => ({ ...event.data, version }),
    StockTaken: (view, { event, version }) => view && { ...view, count: view.count - event.data.amount, version },
    StockReturned: (view, { event, version }) => view && { ...view, count: view.count + event.data.amount, version },
    StockNotTaken: (view, { version }) => view && { ...view, version },
  },
})
