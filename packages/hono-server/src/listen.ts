import { describeUnknown } from '@foldlog/core'
import { type ServerType, serve } from '@hono/node-server'
import { either as E, type task as T, type taskEither as TE } from 'fp-ts'
import type { Hono } from 'hono'

/**
 * A running server. `stop` accepts no more requests and answers those in progress.
 *
 * @category model
 * @since 0.1.0
 */
export interface RunningServer {
  readonly url: string
  readonly stop: T.Task<void>
}

/**
 * The port is not available, usually because another process uses it.
 *
 * @category errors
 * @since 0.1.0
 */
export interface PortUnavailable {
  readonly _tag: 'PortUnavailable'
  readonly port: number
  readonly why: string
}

const host = '127.0.0.1'

/**
 * The default timeout of `stop`, in milliseconds: longer than the longest wait that a request may prefer. A client that
 * has not sent its whole request by then is cut off.
 */
const defaultStopTimeout = 35_000

const stop =
  (server: ServerType, stopTimeout: number): T.Task<void> =>
  () =>
    new Promise((resolve) => {
      // From here on Node itself no longer cuts off slow clients.
      const timer = setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), stopTimeout)
      server.close(() => {
        clearTimeout(timer)
        resolve()
      })
      // An idle connection that a client keeps for its next request would keep the process alive. A connection with a
      // request in progress is not idle.
      if ('closeIdleConnections' in server) server.closeIdleConnections()
    })

/**
 * Serves an application on a loopback port, a free one for port 0. Other machines cannot reach it. `stopTimeout` is the
 * number of milliseconds that `stop` waits for requests in progress before it closes their connections, 35,000 when
 * absent.
 *
 * @category constructors
 * @since 0.1.0
 */
export const listen =
  (app: Hono, port = 0, stopTimeout = defaultStopTimeout): TE.TaskEither<PortUnavailable, RunningServer> =>
  () =>
    new Promise((resolve) => {
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
        const server = serve({ fetch: answer, hostname: host, port }, (address) => {
          const once = (): Promise<void> => {
            stopped ??= stop(server, stopTimeout)()
            return stopped
          }
          resolve(E.right({ url: `http://${host}:${address.port}`, stop: once }))
        })
        server.once('error', unavailable)
      } catch (cause) {
        // The number is not a valid port.
        unavailable(cause)
      }
    })
