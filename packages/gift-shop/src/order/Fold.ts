import type { AccountId } from '../ids.ts'
import type { Reason } from '../Reason.ts'
import type { Item, OrderEvent } from './Events.ts'

/**
 * The state of an existing order.
 *
 * @category model
 * @since 0.1.0
 */
export type KnownOrder = { readonly accountId: AccountId; readonly items: ReadonlyArray<Item> } & (
  | { readonly status: 'open' | 'validated' | 'paid' }
  | { readonly status: 'canceled'; readonly reason: Reason }
)

/**
 * The state of an order.
 *
 * @category model
 * @since 0.1.0
 */
export type Order = { readonly status: 'unknown' } | KnownOrder

/**
 * An order before its first event.
 *
 * @category constructors
 * @since 0.1.0
 */
export const initialOrder: Order = { status: 'unknown' }

/**
 * The total price of the items of an order; beyond the safe integers it is not exact, and not money.
 *
 * @category destructors
 * @since 0.1.0
 */
export const totalOf = (items: ReadonlyArray<Item>): number =>
  items.reduce((sum, { amount, price }) => sum + amount * price, 0)

/**
 * The state after the next event.
 *
 * @category destructors
 * @since 0.1.0
 */
export const evolveOrder = (order: Order, event: OrderEvent): Order => {
  if (event.type === 'OrderCreated') return { status: 'open', accountId: event.data.accountId, items: [] }
  // No decision makes another event before the creation.
  if (order.status === 'unknown') return order
  const { accountId, items } = order
  switch (event.type) {
    case 'GiftCardAdded':
      return { ...order, items: [...items, event.data] }
    case 'OrderValidated':
      return { status: 'validated', accountId, items }
    case 'OrderPaid':
      return { status: 'paid', accountId, items }
    case 'OrderCanceled':
      return { status: 'canceled', accountId, items, reason: event.data.reason }
  }
}
