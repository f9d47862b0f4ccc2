import type { HandlerMismatch, InvalidInput, StoreUnavailable } from '@foldlog/core'
import { type PortUnavailable, type RunningServer, startServer } from '@foldlog/hono-server'
import { Routes } from '@foldlog/http'
import type { taskEither as TE } from 'fp-ts'
import { type BankApplicationOptions, bankApplication } from '../handlers/bankApplication.ts'
import { accountRoutes } from './accountRoutes.ts'
import { bankResponder } from './problems.ts'
import { transferRoutes } from './transferRoutes.ts'

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
  options: BankApplicationOptions & { readonly port?: number },
): TE.TaskEither<HandlerMismatch | InvalidInput | StoreUnavailable | PortUnavailable, RunningServer> => {
  const { port, logger } = options
  const application = bankApplication(options)
  const environment = { ...application, respond: bankResponder, logger }
  return startServer({
    routes: Routes.make(environment, [...accountRoutes, ...transferRoutes]),
    about,
    application,
    port,
    logger,
  })
}
