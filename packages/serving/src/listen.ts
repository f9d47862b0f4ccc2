import { type ServerType, serve } from '@hono/node-server'
import { either as E, type task as T, type taskEither as TE } from 'fp-ts'
import type { Hono } from 'hono'

/**
 * A server that listens. `stop` takes no more requests and answers those under way.
 *
 * @category model
 * @since 0.1.0
 */
export interface Listening {
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

const stop =
  (server: ServerType): T.Task<void> =>
  () =>
    new Promise((resolve) => {
      server.close(() => resolve())
      // Those who keep a connection for their next request would keep us alive; who has a request under way is not idle.
      if ('closeIdleConnections' in server) server.closeIdleConnections()
    })

/**
 * Serves an application on a port of loopback, a free one for port 0. From other machines it cannot be reached.
 *
 * @category constructors
 * @since 0.1.0
 */
export const listen =
  (app: Hono, port = 0): TE.TaskEither<PortUnavailable, Listening> =>
  () =>
    new Promise((resolve) => {
      const server = serve({ fetch: app.fetch, hostname: host, port }, (address) => {
        let stopped: Promise<void> | undefined
        const once = (): Promise<void> => {
          stopped ??= stop(server)()
          return stopped
        }
        resolve(E.right({ url: `http://${host}:${address.port}`, stop: once }))
      })
      server.once('error', ({ message }: Error) => resolve(E.left({ _tag: 'PortUnavailable', port, why: message })))
    })
