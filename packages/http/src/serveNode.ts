import { describeUnknown, type InvalidInput } from '@foldlog/core'
import { NumberOption, nodeModule } from '@foldlog/core/store'
import { apply as Ap, either as E, type task as T, type taskEither as TE } from 'fp-ts'
import type { Route } from './Route.ts'
import { type ListenerOptions, type NodeListener, toNode } from './toNode.ts'

/** The part of a server of Node that is used here. This package imports nothing of Node. */
interface Server {
  readonly listen: (port: number, address: string, listening: () => void) => unknown
  readonly once: (event: 'error', listener: (cause: unknown) => void) => unknown
  readonly close: (closed: () => void) => unknown
  readonly address: () => string | { readonly port: number } | null
  readonly closeAllConnections: () => void
  readonly closeIdleConnections: () => void
}

/** What this uses of the module `node:http`, if there is one. */
interface NodeHttp {
  readonly createServer?: CreateServer | undefined
}

type CreateServer = (
  listener: (
    incoming: Parameters<NodeListener>[0],
    outgoing: Parameters<NodeListener>[1] & { readonly setHeader: (name: string, value: string) => unknown },
  ) => void,
) => Server

/**
 * The options of a server. `port` is a free one when absent; `address` is `127.0.0.1` when absent, which other machines
 * cannot reach. `stopTimeout` is the number of milliseconds that `stop` waits for requests in progress before it closes
 * their connections, 35,000 when absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface ServeOptions extends ListenerOptions {
  readonly prefix?: string | undefined
  readonly port?: number | undefined
  readonly address?: string | undefined
  readonly stopTimeout?: number | undefined
}

/**
 * A running server. `stop` accepts no more requests, and ends when those in progress are answered.
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

/** With 0, the system chooses a free port. */
const portOption: NumberOption = { min: 0, max: 65_535, absent: 0 }

/** Milliseconds: longer than the longest wait that a request may prefer. */
const stopTimeoutOption: NumberOption = { min: 0, max: NumberOption.longestTimer, absent: 35_000 }

const stopServer = (server: Server, stopTimeout: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), stopTimeout)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    // A connection that a client keeps for its next request would keep the process alive.
    server.closeIdleConnections()
  })

const urlOf = (server: Server, given: string): string => {
  const address = server.address()
  const host = given.includes(':') ? `[${given}]` : given
  return `http://${host}:${typeof address === 'object' ? address?.port : address}`
}

/**
 * Serves routes with a server of Node, as the `serve` of an application's `run` needs it:
 * `application.run(signal, serveNode(routes, { port: 3000 }))`. Its requests end before the application stops.
 *
 * Errors: `PortUnavailable`, and `InvalidInput` for a number that is none of its option.
 *
 * @category destructors
 * @since 0.1.0
 */
export const serveNode =
  (
    routes: ReadonlyArray<Route>,
    options: ServeOptions = {},
  ): TE.TaskEither<InvalidInput | PortUnavailable, RunningServer> =>
  () =>
    new Promise((resolve) => {
      const { address = '127.0.0.1' } = options
      const numbers = Ap.sequenceS(E.Applicative)({
        port: NumberOption.read('port', portOption, options.port),
        stopTimeout: NumberOption.read('stopTimeout', stopTimeoutOption, options.stopTimeout),
      })
      if (E.isLeft(numbers)) return resolve(numbers)
      const { port, stopTimeout } = numbers.right
      const unavailable = (cause: unknown): void =>
        resolve(E.left({ _tag: 'PortUnavailable', port, why: describeUnknown(cause) }))
      const listener = toNode(routes, options)
      let stopped: Promise<void> | undefined
      // It is that of Node, or absent.
      const { createServer } = Object(nodeModule('node:http')) as NodeHttp
      if (createServer === undefined) return unavailable('this program does not run on Node')
      const server = createServer((incoming, outgoing) => {
        // Otherwise a connection that is kept for the next request would keep the process alive.
        if (stopped !== undefined) outgoing.setHeader('Connection', 'close')
        listener(incoming, outgoing)
      })
      const stop = (): Promise<void> => {
        stopped ??= stopServer(server, stopTimeout)
        return stopped
      }
      server.once('error', unavailable)
      server.listen(port, address, () => resolve(E.right({ url: urlOf(server, address), stop })))
    })
