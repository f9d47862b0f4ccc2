import { describeUnknown, type InvalidInput, Logger } from '@foldlog/core'
import { NumberOption } from '@foldlog/core/store'
import { apply as Ap, either as E, type task as T, type taskEither as TE } from 'fp-ts'

/**
 * The part of a server of Node, of `node:http` or `node:https`, that is used here. This package imports nothing of
 * Node.
 *
 * @category model
 * @since 0.1.0
 */
export interface NodeServer {
  readonly listen: (port: number, address: string, listening: () => void) => unknown
  readonly once: (event: 'error', listener: (cause: Error) => void) => unknown
  readonly prependListener: (event: 'request', listener: (incoming: unknown, outgoing: ServerAnswer) => void) => unknown
  readonly close: (closed: () => void) => unknown
  readonly address: () => string | { readonly port: number } | null
  readonly closeAllConnections: () => void
  readonly closeIdleConnections: () => void
}

/** The part of an answer that is used here. */
interface ServerAnswer {
  readonly headersSent: boolean
  setHeader(name: string, value: string): unknown
  once(event: 'close', listener: () => void): unknown
}

/**
 * Where a server listens, and how it stops. `port` is a free one when absent; `address` is `127.0.0.1` when absent,
 * which other machines cannot reach. `stopTimeout` is the number of milliseconds that `stop` waits for requests in
 * progress before it closes their connections, 35,000 when absent. `logger` gets the address of the running server.
 *
 * @category model
 * @since 0.1.0
 */
export interface RunServerOptions {
  readonly port?: number | undefined
  readonly address?: string | undefined
  readonly stopTimeout?: number | undefined
  readonly logger?: Logger | undefined
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

/**
 * Milliseconds: longer than the longest wait that a request may prefer. A client that has not sent its whole request by
 * then is cut off; Node itself no longer cuts off slow clients of a server that closes.
 */
const stopTimeoutOption: NumberOption = { min: 0, max: NumberOption.longestTimer, absent: 35_000 }

const stopServer = (server: NodeServer, stopTimeout: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), stopTimeout)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    // A connection that a client keeps for its next request would keep the process alive. One with a request in
    // progress is not idle.
    server.closeIdleConnections()
  })

const urlOf = (server: NodeServer, given: string): string => {
  const address = server.address()
  const host = given.includes(':') ? `[${given}]` : given
  const scheme = 'setSecureContext' in server ? 'https' : 'http'
  return `${scheme}://${host}:${typeof address === 'object' ? address?.port : address}`
}

/**
 * Runs a server of your own, with limits or certificates of your choice:
 * `runServer(createServer(settings, toNode(routes)), { port: 3000 })`. Its `stop` ends the requests in progress.
 *
 * Errors: `PortUnavailable`, and `InvalidInput` for a number that its option does not allow.
 *
 * @category destructors
 * @since 0.1.0
 */
export const runServer =
  (server: NodeServer, options: RunServerOptions = {}): TE.TaskEither<InvalidInput | PortUnavailable, RunningServer> =>
  () =>
    new Promise((resolve) => {
      const { address = '127.0.0.1' } = options
      const logger = Logger.safe(options.logger ?? Logger.silent)
      const numbers = Ap.sequenceS(E.Applicative)({
        port: NumberOption.read('port', portOption, options.port),
        stopTimeout: NumberOption.read('stopTimeout', stopTimeoutOption, options.stopTimeout),
      })
      if (E.isLeft(numbers)) return resolve(numbers)
      const { port, stopTimeout } = numbers.right
      const unavailable = (cause: unknown): void =>
        resolve(E.left({ _tag: 'PortUnavailable', port, why: describeUnknown(cause) }))
      const answers = new Set<ServerAnswer>()
      // A connection that is kept for the next request would keep the process alive.
      const closeAfter = (answer: ServerAnswer): void => {
        if (!answer.headersSent) answer.setHeader('Connection', 'close')
      }
      let stopped: Promise<void> | undefined
      const stop = (): Promise<void> => {
        if (stopped === undefined) for (const answer of answers) closeAfter(answer)
        stopped ??= stopServer(server, stopTimeout)
        return stopped
      }
      try {
        server.prependListener('request', (_, answer) => {
          if (stopped !== undefined) return closeAfter(answer)
          answers.add(answer)
          answer.once('close', () => answers.delete(answer))
        })
        server.once('error', unavailable)
        server.listen(port, address, () => {
          const url = urlOf(server, address)
          logger.info('listening', { url })
          resolve(E.right({ url, stop }))
        })
      } catch (cause) {
        unavailable(cause)
      }
    })
