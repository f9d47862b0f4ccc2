import type { Money } from '../Money.ts'
import type { Name } from '../Name.ts'
import type { Quantity } from '../Quantity.ts'
import { type Reservation, Reservations } from '../Reservation.ts'
import type { GiftCardEvent } from './Events.ts'

/**
 * The state of a gift card. `stock` is the number of remaining pieces; `shares` are the orders that requested pieces.
 *
 * @category model
 * @since 0.1.0
 */
export type GiftCard = { readonly reservations: ReadonlyArray<Reservation<Quantity>> } & (
  | { readonly status: 'unknown' }
  | { readonly status: 'known'; readonly name: Name; readonly price: Money; readonly stock: number }
)

/**
 * A gift card before its first event.
 *
 * @category constructors
 * @since 0.1.0
 */
export const initialGiftCard: GiftCard = { status: 'unknown', reservations: [] }

const addToStock = (card: GiftCard, by: number): GiftCard =>
  card.status === 'known' ? { ...card, stock: card.stock + by } : card

const withReservation = (card: GiftCard, share: Reservation<Quantity>): GiftCard => ({
  ...card,
  reservations: Reservations.record(card.reservations, share),
})

/**
 * The state after the next event.
 *
 * @category destructors
 * @since 0.1.0
 */
export const evolveGiftCard = (card: GiftCard, event: GiftCardEvent): GiftCard => {
  switch (event.type) {
    case 'GiftCardCreated': {
      const { name, price, count } = event.data
      return { status: 'known', name, price, stock: count, reservations: card.reservations }
    }
    case 'StockTaken': {
      const { orderId, amount } = event.data
      return addToStock(withReservation(card, { orderId, status: 'given', amount }), -amount)
    }
    case 'StockNotTaken': {
      const { orderId, amount } = event.data
      return withReservation(card, { orderId, status: 'declined', amount })
    }
    case 'StockReturned': {
      const { orderId, amount } = event.data
      return addToStock(withReservation(card, { orderId, status: 'returned', amount }), amount)
    }
  }
}
