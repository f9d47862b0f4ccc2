import type { JsonRecord } from '@foldlog/core'
import { ProblemDetails, type Route } from '@foldlog/http'
import { Hono } from 'hono'

/** `/orders/{order_id}` is `/orders/:order_id` to Hono. */
const pathOf = ({ path }: Route): string => path.replaceAll(/\{(\w+)\}/g, ':$1')

/**
 * Routes as an application, with the OpenAPI document about them at `/openapi.json`. What is no route is a problem, too.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeApp = (routes: ReadonlyArray<Route>, document: JsonRecord): Hono => {
  const app = new Hono()
  for (const route of routes) {
    app.on(route.method, pathOf(route), (context) => route.handle(context.req.raw, context.req.param()))
  }
  app.get('/openapi.json', (context) => context.json(document))
  app.notFound(() =>
    ProblemDetails.response({ status: 404, title: 'There is nothing at this address', code: 'NoRoute' }),
  )
  // Routes answer their own failures; what comes here is ours.
  app.onError(() =>
    ProblemDetails.response({ status: 500, title: 'Something is wrong on our side', code: 'InternalError' }),
  )
  return app
}
