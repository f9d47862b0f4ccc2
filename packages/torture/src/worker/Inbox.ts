import type { Order } from '../Assignment.ts'

/**
 * The orders of the conductor.
 *
 * @category model
 * @since 0.1.0
 */
export interface Inbox {
  /** The position to reach before the end; undefined while there is no end in sight. */
  readonly finish: () => number | undefined
  /** The next transaction that was ordered, each once. */
  readonly transaction: () => Extract<Order, { readonly order: 'transaction' }> | undefined
}

/**
 * Reads the channel to the conductor. A worker ends with its conductor, however that ends: then the channel closes.
 *
 * @category constructors
 * @since 0.1.0
 */
const open = (): Inbox => {
  const transactions: Array<Extract<Order, { readonly order: 'transaction' }>> = []
  const system = Date.now
  let finish: number | undefined
  process.on('disconnect', () => process.exit(0))
  process.on('message', (message) => {
    const order = message as Order // Only the conductor has the other end, and it sends nothing else.
    if (order.order === 'finish') finish = order.position
    else if (order.order === 'transaction') transactions.push(order)
    else Date.now = () => system() + order.milliseconds
  })
  return { finish: () => finish, transaction: () => transactions.shift() }
}

/**
 * Functions on {@link Inbox}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Inbox = { open } as const
