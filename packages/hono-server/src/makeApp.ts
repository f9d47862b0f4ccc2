import { type JsonRecord, Logger } from '@foldlog/core'
import { ProblemDetails, type Route } from '@foldlog/http'
import { Hono } from 'hono'

/** `/orders/{order_id}` is `/orders/:order_id` to Hono. */
const pathOf = ({ path }: Route): string => path.replaceAll(/\{(\w+)\}/g, ':$1')

/** Hono answers HEAD by what answers GET. */
const allowHeader = (methods: ReadonlyArray<string>): string =>
  methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ')

const methodNotAllowed = (methods: ReadonlyArray<string>) => () =>
  ProblemDetails.response(
    { status: 405, title: 'Method not allowed', code: 'MethodNotAllowed' },
    { Allow: allowHeader(methods) },
  )

/**
 * Routes as an application, with the OpenAPI document about them at `/openapi.json`. What is no route is a problem, too: 404, or
 * 405 where other methods are. A handler that throws is answered with 500, and the logger is told why.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeApp = (routes: ReadonlyArray<Route>, document: JsonRecord, logger: Logger = Logger.silent): Hono => {
  const app = new Hono()
  for (const route of routes) {
    app.on(route.method, pathOf(route), (context) => route.handle(context.req.raw, context.req.param()))
  }
  app.get('/openapi.json', (context) => context.json(document))
  // What no route above has answered has a method that its address does not know.
  for (const path of new Set(routes.map(pathOf))) {
    app.all(path, methodNotAllowed(routes.filter((route) => pathOf(route) === path).map(({ method }) => method)))
  }
  app.all('/openapi.json', methodNotAllowed(['GET']))
  app.notFound(() => ProblemDetails.response({ status: 404, title: 'Not found', code: 'NoRoute' }))
  // Routes answer their own failures; what comes here is ours.
  app.onError((error, { req: { method, url } }) => {
    logger.error('a request failed', { method, url, status: 500, error })
    return ProblemDetails.response({ status: 500, title: 'Internal error', code: 'InternalError' })
  })
  return app
}
