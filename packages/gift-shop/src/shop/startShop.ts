import type { HandlerMismatch, InvalidInput, Logger, StoreUnavailable } from '@foldlog/core'
import { type PortUnavailable, type RunningServer, startServer } from '@foldlog/hono-server'
import { Routes } from '@foldlog/http'
import type { RuntimeLimits } from '@foldlog/subscriptions'
import type { taskEither as TE } from 'fp-ts'
import { shopResponder } from '../web/problems.ts'
import { shopRoutes } from '../web/shopRoutes.ts'
import type { ShopStore } from './ShopStore.ts'
import { shopDispatcher, shopRuntime } from './shopRuntime.ts'

const about = {
  title: 'Gift shop',
  version: '0.1.0',
  description: 'Accounts with money, gift cards with stock, and orders that bring both together.',
}

/**
 * The options of a shop. `port` is a free one by default, `deadline` that of orders in milliseconds.
 *
 * @category model
 * @since 0.1.0
 */
export interface ShopOptions {
  readonly store: ShopStore
  readonly port?: number
  readonly deadline?: number
  readonly limits?: Partial<RuntimeLimits>
  readonly logger?: Logger
}

/**
 * Opens the shop on a loopback port, with its views and its process in the same program. Any number of shops may share
 * a store, which stays open when they stop.
 *
 * @category constructors
 * @since 0.1.0
 */
export const startShop = (
  options: ShopOptions,
): TE.TaskEither<HandlerMismatch | InvalidInput | StoreUnavailable | PortUnavailable, RunningServer> => {
  const { store, port, logger } = options
  const dispatcher = shopDispatcher(store)
  const runtime = shopRuntime({ ...options, dispatcher })
  const environment = {
    store,
    dispatch: dispatcher.dispatch,
    load: dispatcher.load,
    respond: shopResponder(logger),
    waitFor: runtime.waitFor,
    settledPosition: store.settledPosition,
  }
  return startServer({ routes: Routes.make(environment, shopRoutes), about, runtime, dispatcher, port, logger })
}
