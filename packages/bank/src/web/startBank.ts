import { type InvalidInput, Logger, type StoreUnavailable } from '@foldlog/core'
import { listen, makeApp, type PortUnavailable, type RunningServer } from '@foldlog/hono-server'
import { OpenApi } from '@foldlog/http'
import { function as F, type task as T, taskEither as TE } from 'fp-ts'
import { type BankRuntimeOptions, makeBankRuntime } from '../handlers/bankRuntime.ts'
import { accountRoutes } from './accountRoutes.ts'
import { schemas } from './httpCodecs.ts'
import { bankResponder } from './problems.ts'
import { transferRoutes } from './transferRoutes.ts'
import { bankDispatcher } from './Web.ts'

/**
 * A served bank: its address, and the function that stops it. Requests in progress are answered first, then handlers
 * and commands are finished. The store stays open.
 *
 * @category model
 * @since 0.1.0
 */
export interface ServedBank {
  readonly url: string
  readonly stop: T.Task<void>
}

/**
 * Serves a bank on a port of loopback, a free one when none is given, with its handlers in the same program.
 *
 * @category constructors
 * @since 0.1.0
 */
export const startBank = (
  options: BankRuntimeOptions & { readonly port?: number },
): TE.TaskEither<InvalidInput | StoreUnavailable | PortUnavailable, ServedBank> => {
  const { store, port, logger = Logger.silent } = options
  const dispatcher = bankDispatcher(store)
  const runtime = makeBankRuntime(options)
  const web = {
    store,
    dispatcher,
    respond: bankResponder(logger),
    waitFor: runtime.waitFor,
    settledPosition: store.settledPosition,
  }
  const routes = [...accountRoutes(web), ...transferRoutes(web)]
  const document = OpenApi.make(
    { title: 'Bank', version: '0.1.0', description: 'Accounts, and money that moves. Amounts are in 1/100.', schemas },
    routes,
  )
  const stop = async (): Promise<void> => {
    await runtime.stop()
    await dispatcher.stop()
  }
  return F.pipe(
    runtime.start,
    TE.chainW(() => listen(makeApp(routes, document, logger), port)),
    TE.map(
      ({ url, stop: stopListening }: RunningServer): ServedBank => ({
        url,
        stop: async () => {
          await stopListening()
          await stop()
        },
      }),
    ),
    TE.orElseFirstTaskK(() => stop),
  )
}
