import { makeApplication } from '@foldlog/application'
import type { Logger } from '@foldlog/core'
import type { RuntimeLimits } from '@foldlog/subscriptions'
import { account } from '../account/Service.ts'
import { giftCard } from '../giftCard/Service.ts'
import { defaultDeadline, orderProcess } from '../order/Process.ts'
import { order } from '../order/Service.ts'
import { accounts } from '../views/accounts.ts'
import { giftCards } from '../views/giftCards.ts'
import { orders } from '../views/orders.ts'
import type { ShopStore } from './ShopStore.ts'

/**
 * The options of the shop; `deadline` is that of orders, in milliseconds after their validation.
 *
 * @category model
 * @since 0.1.0
 */
export interface ShopApplicationOptions {
  readonly store: ShopStore
  readonly deadline?: number
  readonly limits?: Partial<RuntimeLimits>
  readonly logger?: Logger
}

/**
 * The shop without its server: three aggregates, their views, and the process of orders. Any number of processes may
 * run it. A killed one is replaced within three seconds.
 *
 * @category constructors
 * @since 0.1.0
 */
export const shopApplication = ({ store, deadline = defaultDeadline, limits, logger }: ShopApplicationOptions) =>
  makeApplication({
    store,
    aggregates: [account, giftCard, order],
    handlers: [accounts, giftCards, orders, orderProcess(deadline)],
    limits: { handlers: { leaseTime: 3_000, ...limits } },
    logger,
  })

/**
 * The shop without its server.
 *
 * @category model
 * @since 0.1.0
 */
export type ShopApplication = ReturnType<typeof shopApplication>
