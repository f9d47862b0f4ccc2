import { type Incoming, NodeHttp, type Outgoing } from './internal/NodeHttp.ts'
import { PathTemplate } from './internal/PathTemplate.ts'
import { withoutBody } from './internal/withoutBody.ts'
import type { Route } from './Route.ts'

/**
 * The parts of a request of Fastify 5 that {@link toFastify} reads. `protocol` and `host` are those of the proxy where
 * the application trusts it.
 *
 * @category model
 * @since 0.1.0
 */
export interface FastifyRequest {
  readonly raw: Incoming
  readonly params: unknown
  readonly body: unknown
  readonly originalUrl: string
  readonly protocol: string
  readonly host: string
}

/**
 * The parts of a reply of Fastify 5 that {@link toFastify} uses.
 *
 * @category model
 * @since 0.1.0
 */
export interface FastifyReply {
  readonly raw: Outgoing
  send(payload: unknown): unknown
}

/**
 * The parts of an instance of Fastify that {@link toFastify} uses.
 *
 * @category model
 * @since 0.1.0
 */
export interface FastifyApplication {
  removeAllContentTypeParsers(): unknown
  addContentTypeParser(type: string, parser: (request: unknown, payload: unknown) => Promise<unknown>): unknown
  route(options: {
    readonly method: Array<Route['method'] | 'HEAD'>
    readonly url: string
    readonly exposeHeadRoute: boolean
    readonly handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>
  }): unknown
}

const handlerOf =
  ({ handle }: Route) =>
  async ({ raw, params, body, originalUrl, protocol, host }: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const request = NodeHttp.toRequest(raw, reply.raw, {
      origin: `${protocol}://${host}`,
      target: originalUrl,
      parsed: { body },
    })
    const parameters = Object.fromEntries(Object.entries(Object(params)).map(([name, value]) => [name, String(value)]))
    const response = await handle(request, parameters)
    return reply.send(raw.method === 'HEAD' ? withoutBody(response) : response)
  }

/**
 * Makes a plugin of routes: `app.register(toFastify(routes), { prefix: '/api' })`. Within the plugin bodies are not
 * parsed by Fastify, so that the routes answer for them: their limit, their media type, their problems. Paths and
 * methods that no route has are left to Fastify, and so are errors.
 *
 * @category destructors
 * @since 0.1.0
 */
export const toFastify =
  (routes: ReadonlyArray<Route>) =>
  async (app: FastifyApplication): Promise<void> => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', async (_, payload) => payload)
    for (const route of routes) {
      const url = PathTemplate.replace(route.path, (name) => `:${name}`)
      // The HEAD that Fastify makes of a GET cannot send a `Response`.
      const method: Array<Route['method'] | 'HEAD'> = route.method === 'GET' ? ['GET', 'HEAD'] : [route.method]
      app.route({ method, url, exposeHeadRoute: false, handler: handlerOf(route) })
    }
  }
