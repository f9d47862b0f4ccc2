import { createServer, type Server } from 'node:http'
import { describeUnknown, type InvalidInput } from '@foldlog/core'
import { NumberOption } from '@foldlog/core/store'
import { type PortUnavailable, type RunningServer, toListener } from '@foldlog/http/node'
import { either as E, type task as T, type taskEither as TE } from 'fp-ts'
import type { Hono } from 'hono'
import { answerClientError, answerExpectation, answerServerRequests } from './invalidRequests.ts'
import { readLimits, type ServerLimits } from './ServerLimits.ts'

const host = '127.0.0.1'

/**
 * The options of a server. `port` is a free one when absent; `stopTimeout` is the number of milliseconds that `stop`
 * waits for requests in progress before it closes their connections, 35,000 when absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface ListenOptions {
  readonly port?: number | undefined
  readonly stopTimeout?: number | undefined
  readonly limits?: Partial<ServerLimits> | undefined
}

/** With 0, the system chooses a free port. */
const portOption: NumberOption = { min: 0, max: 65_535, absent: 0 }

/**
 * The default timeout of `stop`, in milliseconds: longer than the longest wait that a request may prefer. A client that
 * has not sent its whole request by then is cut off.
 */
const stopTimeoutOption = { min: 0, max: NumberOption.longestTimer, absent: 35_000 }

const stop =
  (server: Server, stopTimeout: number): T.Task<void> =>
  () =>
    new Promise((resolve) => {
      // From here on Node itself no longer cuts off slow clients.
      const timer = setTimeout(() => server.closeAllConnections(), stopTimeout)
      server.close(() => {
        clearTimeout(timer)
        resolve()
      })
      // An idle connection that a client keeps for its next request would keep the process alive. A connection with a
      // request in progress is not idle.
      server.closeIdleConnections()
    })

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
export const listen =
  (
    app: Hono,
    { port: givenPort, stopTimeout: givenStopTimeout, limits: givenLimits }: ListenOptions = {},
  ): TE.TaskEither<InvalidInput | PortUnavailable, RunningServer> =>
  () =>
    new Promise((resolve) => {
      const readPort = NumberOption.read('port', portOption, givenPort)
      if (E.isLeft(readPort)) return resolve(readPort)
      const port = readPort.right
      const limits = readLimits(givenLimits)
      if (E.isLeft(limits)) return resolve(limits)
      const stopTimeout = NumberOption.read('stopTimeout', stopTimeoutOption, givenStopTimeout)
      if (E.isLeft(stopTimeout)) return resolve(stopTimeout)
      const unavailable = (cause: unknown): void =>
        resolve(E.left({ _tag: 'PortUnavailable', port, why: describeUnknown(cause) }))
      let stopped: Promise<void> | undefined
      const answer = async (request: Request): Promise<Response> => {
        const response = await app.fetch(request)
        // A connection that is kept for the next request would keep the process alive. After a body that was not read
        // completely, a connection cannot be reused.
        if (stopped !== undefined || response.status === 413) response.headers.set('Connection', 'close')
        return response
      }
      try {
        const server = makeServer(answer, limits.right)
        const once = (): Promise<void> => {
          stopped ??= stop(server, stopTimeout.right)()
          return stopped
        }
        server.once('error', unavailable)
        server.listen(port, host, () => {
          const address = server.address()
          const actual = typeof address === 'object' && address !== null ? address.port : port
          resolve(E.right({ url: `http://${host}:${actual}`, stop: once }))
        })
      } catch (cause) {
        unavailable(cause)
      }
    })
