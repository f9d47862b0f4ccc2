import { type HandlerMismatch, type InvalidInput, Logger, type StoreUnavailable } from '@foldlog/core'
import { OpenApi, type Route } from '@foldlog/http'
import type { PortUnavailable, RunningServer } from '@foldlog/http/node'
import type { HandlerRuntime } from '@foldlog/subscriptions'
import { function as F, taskEither as TE } from 'fp-ts'
import { listen } from './listen.ts'
import { makeApp } from './makeApp.ts'
import type { ServerLimits } from './ServerLimits.ts'

/**
 * The parts of a server: its routes with their document, and the application that they serve. `port` is a free one when
 * absent, `allowedHosts` are those of loopback.
 *
 * @category model
 * @since 0.1.0
 */
export interface ServerParts {
  readonly routes: ReadonlyArray<Route>
  readonly about: Parameters<typeof OpenApi.make>[0]
  readonly application: Pick<HandlerRuntime, 'start' | 'stop'>
  readonly port?: number | undefined
  readonly allowedHosts?: ReadonlyArray<string> | undefined
  readonly limits?: Partial<ServerLimits> | undefined
  readonly logger?: Logger | undefined
}

/** Every route may answer 421, because every request has its host checked. */
const withHostCheck = (route: Route): Route => ({ ...route, errorStatuses: [...route.errorStatuses, 421] })

/**
 * Starts an application, and serves routes on a loopback port in the same process. `stop` ends the requests first, then
 * the application. The store stays open. When it fails, everything that has started has stopped.
 *
 * @category constructors
 * @since 0.1.0
 */
export const startServer = ({
  routes,
  about,
  application,
  port,
  allowedHosts,
  limits,
  logger = Logger.silent,
}: ServerParts): TE.TaskEither<HandlerMismatch | InvalidInput | StoreUnavailable | PortUnavailable, RunningServer> => {
  return F.pipe(
    application.start,
    TE.chainW(() =>
      listen(makeApp(routes, OpenApi.make(about, routes.map(withHostCheck)), { logger, allowedHosts }), {
        port,
        limits,
      }),
    ),
    TE.map(
      ({ url, stop: stopListening }): RunningServer => ({
        url,
        stop: async () => {
          await stopListening()
          await application.stop()
        },
      }),
    ),
    TE.orElseFirstTaskK(() => application.stop),
  )
}
