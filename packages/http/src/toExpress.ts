import { type Incoming, NodeHttp, type Outgoing, type ParsedBody } from './internal/NodeHttp.ts'
import { PathTemplate } from './internal/PathTemplate.ts'
import type { Route } from './Route.ts'

/**
 * The parts of a request of Express 5 that {@link toExpress} reads. `protocol` and `host` are those of the proxy where
 * the application trusts it.
 *
 * @category model
 * @since 0.1.0
 */
export interface ExpressRequest extends Incoming, ParsedBody {
  readonly params: Readonly<Record<string, string | ReadonlyArray<string>>>
  readonly originalUrl: string
  readonly protocol: string
  readonly host: string
}

type Handler = (request: ExpressRequest, response: Outgoing, next: (error?: unknown) => void) => void

/**
 * The parts of an application or a router of Express that {@link toExpress} uses.
 *
 * @category model
 * @since 0.1.0
 */
export interface ExpressApplication {
  get(path: string, handler: Handler): unknown
  post(path: string, handler: Handler): unknown
  put(path: string, handler: Handler): unknown
  patch(path: string, handler: Handler): unknown
  delete(path: string, handler: Handler): unknown
}

const methods = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const

const handlerOf =
  ({ handle }: Route): Handler =>
  (incoming, outgoing, next) => {
    const answer = async (): Promise<void> => {
      const { protocol, host, originalUrl, params } = incoming
      const parameters = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]))
      const request = NodeHttp.toRequest(incoming, outgoing, {
        origin: `${protocol}://${host}`,
        target: originalUrl,
        parsed: incoming,
      })
      await NodeHttp.write(outgoing, await handle(request, parameters), incoming.method)
    }
    answer().catch(next)
  }

/**
 * Registers routes with an application or a router of Express 5, and returns it. A parser such as `express.json()` may
 * come before them, or none. Paths and methods that no route has are left to Express, and so are errors.
 *
 * @category destructors
 * @since 0.1.0
 */
export const toExpress = <App extends ExpressApplication>(app: App, routes: ReadonlyArray<Route>): App => {
  for (const route of routes) {
    app[methods[route.method]](
      PathTemplate.replace(route.path, (name) => `:${name}`),
      handlerOf(route),
    )
  }
  return app
}
