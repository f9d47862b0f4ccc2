import { createServer, type Server } from 'node:http'
import type { InvalidInput } from '@foldlog/core'
import { type PortUnavailable, type RunningServer, runServer, toListener } from '@foldlog/http/node'
import { function as F, taskEither as TE } from 'fp-ts'
import type { Hono } from 'hono'
import { answerClientError, answerExpectation, answerServerRequests } from './invalidRequests.ts'
import { readLimits, type ServerLimits } from './ServerLimits.ts'

const host = '127.0.0.1'

/**
 * The options of a server: `port` and `stopTimeout` are those of `runServer`.
 *
 * @category model
 * @since 0.1.0
 */
export interface ListenOptions {
  readonly port?: number | undefined
  readonly stopTimeout?: number | undefined
  readonly limits?: Partial<ServerLimits> | undefined
}

/** How often Node looks for requests that are too slow, in milliseconds. */
const checkInterval = 1_000

const makeServer = (answer: (request: Request) => Promise<Response>, limits: ServerLimits): Server => {
  const { headersTimeout, requestTimeout, idleTimeout, maxConnections } = limits
  const server = createServer(
    {
      headersTimeout,
      requestTimeout,
      connectionsCheckingInterval: Math.min(checkInterval, headersTimeout, requestTimeout),
      // Node answers a request without a host with an empty 400; `answerServerRequests` does so with a problem.
      requireHostHeader: false,
    },
    answerServerRequests(toListener(answer, { host })),
  )
  server.maxConnections = maxConnections
  server.setTimeout(idleTimeout)
  return server.on('clientError', answerClientError).on('checkExpectation', answerExpectation)
}

/**
 * Serves an application on a loopback port. Other machines cannot reach it. `limits` are those of slow clients and of
 * the number of connections, {@link defaultLimits} when absent.
 *
 * Errors: `PortUnavailable`, and `InvalidInput` for a limit or a `stopTimeout` that is no such number.
 *
 * @category constructors
 * @since 0.1.0
 */
export const listen = (
  app: Hono,
  { port, stopTimeout, limits }: ListenOptions = {},
): TE.TaskEither<InvalidInput | PortUnavailable, RunningServer> => {
  const answer = async (request: Request): Promise<Response> => {
    const response = await app.fetch(request)
    // After a body that was not read completely, a connection cannot be reused.
    if (response.status === 413) response.headers.set('Connection', 'close')
    return response
  }
  return F.pipe(
    TE.fromEither(readLimits(limits)),
    TE.chainW((checked) => runServer(makeServer(answer, checked), { port, address: host, stopTimeout })),
  )
}
