import { type InvalidInput, Logger, type StoreUnavailable } from '@foldlog/core'
import { listen, makeApp, type PortUnavailable, type RunningServer } from '@foldlog/hono-server'
import type { RuntimeLimits } from '@foldlog/subscriptions'
import { function as F, type task as T, taskEither as TE } from 'fp-ts'
import { shopResponder } from '../web/problems.ts'
import { shopDocument, shopRoutes } from '../web/shopRoutes.ts'
import type { ShopStore } from './ShopStore.ts'
import { shopDispatcher, shopRuntime } from './shopRuntime.ts'

/**
 * An open shop: its address, and the function that closes it. Work in progress ends first: requests, then handlers,
 * then commands. The store stays open.
 *
 * @category model
 * @since 0.1.0
 */
export interface RunningShop {
  readonly url: string
  readonly stop: T.Task<void>
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
 * Opens the shop on a port of loopback, with its views and its process in the same program. Any number of them may
 * share a store.
 *
 * @category constructors
 * @since 0.1.0
 */
export const startShop = (
  options: ShopOptions,
): TE.TaskEither<InvalidInput | StoreUnavailable | PortUnavailable, RunningShop> => {
  const { store, port, logger = Logger.silent } = options
  const dispatcher = shopDispatcher(store)
  const runtime = shopRuntime({ ...options, dispatcher })
  const routes = shopRoutes({
    store,
    dispatcher,
    respond: shopResponder(logger),
    waitFor: runtime.waitFor,
    settledPosition: store.settledPosition,
  })
  const stop = async (): Promise<void> => {
    await runtime.stop()
    await dispatcher.stop()
  }
  const opened = ({ url, stop: stopListening }: RunningServer): RunningShop => ({
    url,
    stop: async () => {
      await stopListening()
      await stop()
    },
  })
  return F.pipe(
    runtime.start,
    TE.chainW(() => listen(makeApp(routes, shopDocument(routes), logger), port)),
    TE.map(opened),
    TE.orElseFirstTaskK(() => stop),
  )
}
