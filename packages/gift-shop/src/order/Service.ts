import { Aggregate } from '@foldlog/core'
import { decideOnOrder, OrderCommand } from './Decisions.ts'
import { OrderEvent } from './Events.ts'
import { evolveOrder, initialOrder } from './Fold.ts'

/**
 * The orders of the shop, each a stream `order-ID`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const order = Aggregate.make({
  category: 'order',
  commands: OrderCommand,
  id: ({ data }) => data.orderId,
  decider: { initialState: initialOrder, evolve: evolveOrder, decide: decideOnOrder },
  events: OrderEvent,
})
