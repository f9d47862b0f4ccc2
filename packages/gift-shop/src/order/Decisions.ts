import { CommandCodec, type CommandOf } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { AccountId, type GiftCardId, OrderId } from '../ids.ts'
import { Money } from '../Money.ts'
import { Reason } from '../Reason.ts'
import { Item, type OrderEvent } from './Events.ts'
import { type KnownOrder, type Order, totalOf } from './Fold.ts'

const OfOrder = t.strict({ orderId: OrderId })

/**
 * The commands of an order. A customer creates it, adds to it, validates it or cancels it; the process that carries it
 * out reports whether it is paid or abandoned.
 *
 * @category model
 * @since 0.1.0
 */
export const OrderCommand = CommandCodec.make({
  CreateOrder: t.strict({ orderId: OrderId, accountId: AccountId }),
  AddGiftCard: t.strict({ orderId: OrderId, ...Item.type.props }),
  ValidateOrder: OfOrder,
  CancelOrder: OfOrder,
  MarkPaid: OfOrder,
  GiveUpOrder: t.strict({ orderId: OrderId, reason: Reason }),
})

/**
 * The union of the commands of an order.
 *
 * @category model
 * @since 0.1.0
 */
export type OrderCommand = CommandOf<typeof OrderCommand>

/**
 * The reasons why a command is rejected. `NotOpen`: it can no longer be changed or validated. `Settled`: it is already
 * paid or canceled.
 *
 * @category errors
 * @since 0.1.0
 */
export type OrderError =
  | { readonly _tag: 'OrderExists' }
  | { readonly _tag: 'NoSuchOrder' }
  | { readonly _tag: 'OrderNotOpen'; readonly status: KnownOrder['status'] }
  | { readonly _tag: 'OrderSettled'; readonly status: KnownOrder['status'] }
  | { readonly _tag: 'InOrderAlready'; readonly giftCardId: GiftCardId }
  | { readonly _tag: 'OrderTooLarge' }
  | { readonly _tag: 'OrderEmpty' }

type Decision = E.Either<OrderError, ReadonlyArray<OrderEvent>>

const add = ({ giftCardId, amount, price }: Item, { items }: KnownOrder): Decision => {
  if (items.some((item) => item.giftCardId === giftCardId)) return E.left({ _tag: 'InOrderAlready', giftCardId })
  const item = { giftCardId, amount, price }
  // A price that is not a valid sum could not be paid.
  return Money.is(totalOf([...items, item]))
    ? E.right([{ type: 'GiftCardAdded', data: item }])
    : E.left({ _tag: 'OrderTooLarge' })
}

const validate = ({ accountId, items }: KnownOrder): Decision => {
  const totalPrice = totalOf(items)
  return Money.is(totalPrice)
    ? E.right([{ type: 'OrderValidated', data: { accountId, items, totalPrice } }])
    : E.left({ _tag: 'OrderEmpty' })
}

/** A report of the process about an order that is already settled is too late, and has no effect. */
const end = (event: OrderEvent, { status }: KnownOrder): Decision => E.right(status === 'validated' ? [event] : [])

/**
 * Decides a command of an order: events, or a rejection.
 *
 * The order alone decides whether it is paid or canceled, once. So the process releases nothing before the order is
 * canceled, and a customer's cancellation or the deadline may race with the last reservation of stock.
 *
 * @category destructors
 * @since 0.1.0
 */
export const decideOnOrder = (command: OrderCommand, order: Order): Decision => {
  if (command.type === 'CreateOrder') {
    return order.status === 'unknown'
      ? E.right([{ type: 'OrderCreated', data: { accountId: command.data.accountId } }])
      : E.left({ _tag: 'OrderExists' })
  }
  if (order.status === 'unknown') return E.left({ _tag: 'NoSuchOrder' })
  const { status } = order
  switch (command.type) {
    case 'AddGiftCard':
      return status === 'open' ? add(command.data, order) : E.left({ _tag: 'OrderNotOpen', status })
    case 'ValidateOrder':
      return status === 'open' ? validate(order) : E.left({ _tag: 'OrderNotOpen', status })
    case 'CancelOrder':
      return status === 'open' || status === 'validated'
        ? E.right([{ type: 'OrderCanceled', data: { reason: 'by customer' } }])
        : E.left({ _tag: 'OrderSettled', status })
    case 'MarkPaid':
      return end({ type: 'OrderPaid', data: {} }, order)
    case 'GiveUpOrder':
      return end({ type: 'OrderCanceled', data: { reason: command.data.reason } }, order)
  }
}
