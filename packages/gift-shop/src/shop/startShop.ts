import type { HandlerMismatch, InvalidInput, StoreUnavailable } from '@foldlog/core'
import { type PortUnavailable, type RunningServer, startServer } from '@foldlog/hono-server'
import { Routes } from '@foldlog/http'
import type { taskEither as TE } from 'fp-ts'
import { shopResponder } from '../web/problems.ts'
import { shopRoutes } from '../web/shopRoutes.ts'
import { type ShopApplicationOptions, shopApplication } from './shopApplication.ts'

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
export interface ShopOptions extends ShopApplicationOptions {
  readonly port?: number
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
  const { port, logger } = options
  const application = shopApplication(options)
  const environment = { ...application, respond: shopResponder, logger }
  return startServer({ routes: Routes.make(environment, shopRoutes), about, application, port, logger })
}
