import type { Logger } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { type HandlerRuntime, makeHandlerRuntime, type RuntimeLimits } from '@foldlog/subscriptions'
import { account } from '../account/Service.ts'
import { giftCard } from '../giftCard/Service.ts'
import { defaultDeadline, orderProcess } from '../order/Process.ts'
import { order } from '../order/Service.ts'
import { accounts } from '../views/accounts.ts'
import { giftCards } from '../views/giftCards.ts'
import { orders } from '../views/orders.ts'
import type { ShopStore } from './ShopStore.ts'

/**
 * The dispatcher of the shop: its three aggregates on a store.
 *
 * @category constructors
 * @since 0.1.0
 */
export const shopDispatcher = (store: ShopStore) =>
  makeDispatcher({ store, snapshots: store, aggregates: [account, giftCard, order] })

/**
 * The dispatcher of the shop.
 *
 * @category model
 * @since 0.1.0
 */
export type ShopDispatcher = ReturnType<typeof shopDispatcher>

/**
 * The options of the handlers; `deadline` is that of orders, in milliseconds after their validation.
 *
 * @category model
 * @since 0.1.0
 */
export interface ShopRuntimeOptions {
  readonly store: ShopStore
  readonly dispatcher: ShopDispatcher
  readonly deadline?: number
  readonly limits?: Partial<RuntimeLimits>
  readonly logger?: Logger
}

/**
 * Runs the views and the process of orders in this process. Any number of processes may do the same. A killed one is
 * replaced within three seconds.
 *
 * @category constructors
 * @since 0.1.0
 */
export const shopRuntime = ({
  store,
  dispatcher,
  deadline = defaultDeadline,
  limits,
  logger,
}: ShopRuntimeOptions): HandlerRuntime =>
  makeHandlerRuntime({
    store,
    handlers: [accounts, giftCards, orders, orderProcess(deadline)],
    dispatch: dispatcher.dispatch,
    limits: { leaseTime: 3_000, ...limits },
    ...(logger === undefined ? undefined : { logger }),
  })
