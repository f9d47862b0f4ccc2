import type { Money } from '../Money.ts'
import type { Name } from '../Name.ts'
import type { Pieces } from '../Pieces.ts'
import { type Share, Shares } from '../Share.ts'
import type { GiftCardEvent } from './Events.ts'

/**
 * The state of a gift card. `stock` are the pieces that are left; `shares` the orders that it was asked for.
 *
 * @category model
 * @since 0.1.0
 */
export type GiftCard = { readonly shares: ReadonlyArray<Share<Pieces>> } & (
  | { readonly status: 'unknown' }
  | { readonly status: 'known'; readonly name: Name; readonly price: Money; readonly stock: number }
)

/**
 * A gift card before its first event.
 *
 * @category constructors
 * @since 0.1.0
 */
export const initialGiftCard: GiftCard = { status: 'unknown', shares: [] }

const moved = (card: GiftCard, by: number): GiftCard =>
  card.status === 'known' ? { ...card, stock: card.stock + by } : card

const decided = (card: GiftCard, share: Share<Pieces>): GiftCard => ({
  ...card,
  shares: Shares.decided(card.shares, share),
})

/**
 * The state after one more event.
 *
 * @category destructors
 * @since 0.1.0
 */
export const evolveGiftCard = (card: GiftCard, event: GiftCardEvent): GiftCard => {
  switch (event.type) {
    case 'GiftCardCreated': {
      const { name, price, count } = event.data
      return { status: 'known', name, price, stock: count, shares: card.shares }
    }
    case 'StockTaken': {
      const { orderId, amount } = event.data
      return moved(decided(card, { orderId, is: 'given', amount }), -amount)
    }
    case 'StockNotTaken': {
      const { orderId, amount } = event.data
      return decided(card, { orderId, is: 'declined', amount })
    }
    case 'StockReturned': {
      const { orderId, amount } = event.data
      return moved(decided(card, { orderId, is: 'returned', amount }), amount)
    }
  }
}
