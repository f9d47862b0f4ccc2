import { type JsonRecord, Logger } from '@foldlog/core'
import { HostHeader, ProblemDetails, Responder, type Route } from '@foldlog/http'
import { either as E, taskEither as TE } from 'fp-ts'
import { Hono } from 'hono'

/** Converts a path for Hono: `/orders/{order_id}` becomes `/orders/:order_id`. */
const pathOf = ({ path }: Route): string => path.replaceAll(/\{(\w+)\}/g, ':$1')

/** The `Allow` header. Hono answers HEAD with the handler of GET. */
const allowHeader = (methods: ReadonlyArray<string>): string =>
  methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ')

/** Answers errors that occur before a request reaches a route. */
const refuse = Responder.make<never>({})

const methodNotAllowed = (methods: ReadonlyArray<string>) => () =>
  ProblemDetails.response(
    { status: 405, title: 'Method not allowed', code: 'MethodNotAllowed' },
    { Allow: allowHeader(methods) },
  )

/**
 * The options of an application. `allowedHosts` are the hosts that the application serves, those of loopback when
 * absent. A request for any other host is answered with 421.
 *
 * @category model
 * @since 0.1.0
 */
export interface AppOptions {
  readonly logger?: Logger | undefined
  readonly allowedHosts?: ReadonlyArray<string> | undefined
}

/**
 * Makes an application of routes, with their OpenAPI document at `/openapi.json`. An unknown path is a problem 404, an
 * unknown method of a known path 405. A handler that throws is answered with 500, and its error is logged.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeApp = (
  routes: ReadonlyArray<Route>,
  document: JsonRecord,
  { logger = Logger.silent, allowedHosts = HostHeader.loopback }: AppOptions = {},
): Hono => {
  const safeLogger = Logger.safe(logger)
  const app = new Hono()
  const check = HostHeader.check(allowedHosts)
  app.use(async (context, next) => {
    const checked = check(context.req.raw)
    if (E.isRight(checked)) return next()
    return refuse(context.req.raw, TE.left(checked.left))
  })
  for (const route of routes) {
    app.on(route.method, pathOf(route), (context) => route.handle(context.req.raw, context.req.param()))
  }
  app.get('/openapi.json', (context) => context.json(document))
  // A request that no route above has answered has a method that its path does not support.
  for (const path of new Set(routes.map(pathOf))) {
    app.all(path, methodNotAllowed(routes.filter((route) => pathOf(route) === path).map(({ method }) => method)))
  }
  app.all('/openapi.json', methodNotAllowed(['GET']))
  app.notFound(() => ProblemDetails.response({ status: 404, title: 'Not found', code: 'NoRoute' }))
  // Routes answer their own failures; an error that arrives here is unexpected.
  app.onError((error, { req: { method, url } }) => {
    safeLogger.error('request failed', { method, url, status: 500, error })
    return ProblemDetails.response({ status: 500, title: 'Internal error', code: 'InternalError' })
  })
  return app
}
