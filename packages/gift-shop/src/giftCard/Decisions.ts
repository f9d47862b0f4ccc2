import { CommandCodec, type CommandOf } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { GiftCardId, OrderId } from '../ids.ts'
import { Money } from '../Money.ts'
import { Name } from '../Name.ts'
import { Quantity } from '../Quantity.ts'
import type { Reason } from '../Reason.ts'
import { Reservations } from '../Reservation.ts'
import type { GiftCardEvent } from './Events.ts'
import type { GiftCard } from './Fold.ts'

const Taking = t.strict({ giftCardId: GiftCardId, orderId: OrderId, amount: Quantity })
type Taking = t.TypeOf<typeof Taking>

/**
 * The commands of a gift card. The shop creates it; an order takes from its stock (`TakeStock`), or releases its share
 * (`ReleaseStock`).
 *
 * @category model
 * @since 0.1.0
 */
export const GiftCardCommand = CommandCodec.make({
  CreateGiftCard: t.strict({ giftCardId: GiftCardId, name: Name, price: Money, count: Quantity }),
  TakeStock: Taking,
  ReleaseStock: Taking,
})

/**
 * The union of the commands of a gift card.
 *
 * @category model
 * @since 0.1.0
 */
export type GiftCardCommand = CommandOf<typeof GiftCardCommand>

/**
 * Why a command is rejected.
 *
 * @category errors
 * @since 0.1.0
 */
export type GiftCardError = { readonly _tag: 'GiftCardExists' }

const refusalOf = (card: GiftCard, amount: Quantity): Reason | undefined => {
  if (card.status === 'unknown') return 'no such gift card'
  return card.stock < amount ? 'sold out' : undefined
}

const take = ({ orderId, amount }: Taking, card: GiftCard): ReadonlyArray<GiftCardEvent> => {
  if (Reservations.find(card.reservations, orderId) !== undefined) return []
  const reason = refusalOf(card, amount)
  return reason === undefined
    ? [{ type: 'StockTaken', data: { orderId, amount } }]
    : [{ type: 'StockNotTaken', data: { orderId, amount, reason } }]
}

const release = ({ orderId, amount }: Taking, card: GiftCard): ReadonlyArray<GiftCardEvent> => {
  const share = Reservations.find(card.reservations, orderId)
  if (share === undefined) return [{ type: 'StockNotTaken', data: { orderId, amount, reason: 'canceled' } }]
  // A release returns exactly the taken pieces, whatever the command asks for.
  return share.status === 'given' ? [{ type: 'StockReturned', data: { orderId, amount: share.amount } }] : []
}

/**
 * Decides a command of a gift card: events, or a rejection. It decides once about an order, as an account does.
 *
 * @category destructors
 * @since 0.1.0
 */
export const decideOnGiftCard = (
  command: GiftCardCommand,
  card: GiftCard,
): E.Either<GiftCardError, ReadonlyArray<GiftCardEvent>> => {
  switch (command.type) {
    case 'CreateGiftCard': {
      const { name, price, count } = command.data
      return card.status === 'unknown'
        ? E.right([{ type: 'GiftCardCreated', data: { name, price, count } }])
        : E.left({ _tag: 'GiftCardExists' })
    }
    case 'TakeStock':
      return E.right(take(command.data, card))
    case 'ReleaseStock':
      return E.right(release(command.data, card))
  }
}
