import { Logger } from '@foldlog/core'
import { type Incoming, NodeHttp, type Outgoing } from './internal/NodeHttp.ts'
import { ProblemDetails } from './ProblemDetails.ts'
import type { Route } from './Route.ts'
import { Routes } from './Routes.ts'

/**
 * The options of a listener. `host` is that of a request that names none, `localhost` when absent. With `trustProxy`
 * the address of a request is that of `X-Forwarded-Proto` and `X-Forwarded-Host`: for a server that only a proxy
 * reaches. An answer that throws is logged.
 *
 * @category model
 * @since 0.1.0
 */
export interface ListenerOptions {
  readonly host?: string | undefined
  readonly trustProxy?: boolean | undefined
  readonly logger?: Logger | undefined
}

/**
 * A listener for `createServer` of `node:http`.
 *
 * @category model
 * @since 0.1.0
 */
export type NodeListener = (incoming: Incoming, outgoing: Outgoing) => void

/** The first of the values that proxies have joined by commas. */
const headerOf = ({ headers }: Incoming, name: string): string | undefined =>
  [headers[name] ?? []].flat().join(',').split(',')[0]?.trim() || undefined

const originOf = (incoming: Incoming, { host = 'localhost', trustProxy = false }: ListenerOptions): string => {
  const forwarded = (name: string): string | undefined => (trustProxy ? headerOf(incoming, name) : undefined)
  const secure = 'encrypted' in incoming.socket && incoming.socket.encrypted === true
  const own = headerOf(incoming, 'host') ?? headerOf(incoming, ':authority') ?? host
  return `${forwarded('x-forwarded-proto') ?? (secure ? 'https' : 'http')}://${forwarded('x-forwarded-host') ?? own}`
}

const badAddress = (cause: unknown): Response =>
  ProblemDetails.response({
    status: 400,
    title: 'Bad request',
    code: 'MalformedRequest',
    detail: cause instanceof Error ? cause.message : 'the address is invalid',
  })

/**
 * Makes a listener of a function from `Request` to `Response`. The signal of the request fires when the client
 * disconnects; bodies of requests and responses are streams with backpressure. A function that throws is answered with
 * 500, an address that is none with 400.
 *
 * @category constructors
 * @since 0.1.0
 */
export const toListener = (
  answer: (request: Request) => Response | Promise<Response>,
  options: ListenerOptions = {},
): NodeListener => {
  const logger = Logger.safe(options.logger ?? Logger.silent)
  const respond = async (incoming: Incoming, outgoing: Outgoing): Promise<Response> => {
    const { method, url = '/' } = incoming
    let request: Request
    try {
      request = NodeHttp.toRequest(incoming, outgoing, { origin: originOf(incoming, options), target: url })
    } catch (cause) {
      return badAddress(cause)
    }
    try {
      return await answer(request)
    } catch (error) {
      logger.error('request failed', { method, url, status: 500, error })
      return ProblemDetails.response({ status: 500, title: 'Internal error', code: 'InternalError' })
    }
  }
  return (incoming, outgoing) => {
    void respond(incoming, outgoing)
      .then((response) => NodeHttp.write(outgoing, response, incoming.method))
      .catch(() => outgoing.destroy())
  }
}

/**
 * Makes a listener of routes: `createServer(toNode(routes)).listen(3000)`. `prefix` is the part of every path before
 * those of the routes. An unknown path is a problem 404, an unknown method of a known path 405.
 *
 * @category destructors
 * @since 0.1.0
 */
export const toNode = (
  routes: ReadonlyArray<Route>,
  { prefix, ...options }: ListenerOptions & { readonly prefix?: string | undefined } = {},
): NodeListener => toListener(Routes.toFetch(routes, { prefix }), options)
