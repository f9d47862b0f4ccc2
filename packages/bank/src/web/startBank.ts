import type { HandlerMismatch, InvalidInput, StoreUnavailable } from '@foldlog/core'
import { type PortUnavailable, type RunningServer, startServer } from '@foldlog/hono-server'
import { Routes } from '@foldlog/http'
import type { taskEither as TE } from 'fp-ts'
import { type BankRuntimeOptions, makeBankRuntime } from '../handlers/bankRuntime.ts'
import { accountRoutes } from './accountRoutes.ts'
import { bankResponder } from './problems.ts'
import { transferRoutes } from './transferRoutes.ts'
import { bankDispatcher } from './Web.ts'

const about = {
  title: 'Bank',
  version: '0.1.0',
  description: 'Accounts, and money that moves. Amounts are in 1/100.',
}

/**
 * Serves a bank on a loopback port, a free one when none is given, with its handlers in the same process. The store
 * stays open when it stops.
 *
 * @category constructors
 * @since 0.1.0
 */
export const startBank = (
  options: BankRuntimeOptions & { readonly port?: number },
): TE.TaskEither<HandlerMismatch | InvalidInput | StoreUnavailable | PortUnavailable, RunningServer> => {
  const { store, port, logger } = options
  const dispatcher = bankDispatcher(store)
  const runtime = makeBankRuntime(options)
  const stop = async () => {
    await runtime.stop()
    await dispatcher.stop()
  }
  const application = { start: runtime.start, stop }
  const environment = {
    store,
    dispatch: dispatcher.dispatch,
    load: dispatcher.load,
    respond: bankResponder(logger),
    waitFor: runtime.waitFor,
    settledPosition: store.settledPosition,
  }
  return startServer({
    routes: Routes.make(environment, [...accountRoutes, ...transferRoutes]),
    about,
    application,
    port,
    logger,
  })
}
