import { describeUnknown } from '@foldlog/core'
import { type ServerType, serve } from '@hono/node-server'
import { either as E, type task as T, type taskEither as TE } from 'fp-ts'
import type { Hono } from 'hono'

/**
 * A server that listens. `stop` takes no more requests and answers those under way.
 *
 * @category model
 * @since 0.1.0
 */
export interface RunningServer {
  readonly url: string
  readonly stop: T.Task<void>
}

/**
 * The port could not be had, usually because somebody else has it.
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

/** Milliseconds: more than the longest wait that a request may prefer. Who has not sent the whole of his request by then never may. */
const defaultStopTimeout = 35_000

const stop =
  (server: ServerType, stopTimeout: number): T.Task<void> =>
  () =>
    new Promise((resolve) => {
      // From here on Node itself ends nobody who is slow.
      const timer = setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), stopTimeout)
      server.close(() => {
        clearTimeout(timer)
        resolve()
      })
      // Those who keep a connection for their next request would keep us alive; who has a request under way is not idle.
      if ('closeIdleConnections' in server) server.closeIdleConnections()
    })

/**
 * Serves an application on a port of loopback, a free one for port 0. From other machines it cannot be reached. `patience` is how many milliseconds `stop` waits
 * for requests under way before it ends their connections, 35,000 when absent.
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
        // A connection that is kept for the next request would keep us alive. And one on which more was sent than we read is not fit for another.
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
        // A number that is no port.
        unavailable(cause)
      }
    })
