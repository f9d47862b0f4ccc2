import { type JsonRecord, Logger } from '@foldlog/core'
import { HostHeader, ProblemDetails, Responder, type Route, Routes } from '@foldlog/http'
import { toHono } from '@foldlog/http/hono'
import { either as E, taskEither as TE } from 'fp-ts'
import { Hono } from 'hono'

/** Answers errors that occur before a request reaches a route. */
const refuse = Responder.make<never>({})

/** The route of the document, which the document does not mention. */
const documentRoute = (document: JsonRecord): Route => ({
  name: 'openapi',
  method: 'GET',
  path: '/openapi.json',
  summary: 'The OpenAPI document of the routes.',
  isCommand: false,
  responses: {},
  errorStatuses: [],
  handle: async () => Response.json(document),
})

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
  const all = [...routes, documentRoute(document)]
  // Hono answers what a route has; the function answers 404, and 405 with the methods of the path.
  const noRoute = Routes.toFetch(all)
  toHono(app, all).notFound((context) => noRoute(context.req.raw))
  // Routes answer their own failures; an error that arrives here is unexpected.
  app.onError((error, { req: { method, url } }) => {
    safeLogger.error('request failed', { method, url, status: 500, error })
    return ProblemDetails.response({ status: 500, title: 'Internal error', code: 'InternalError' })
  })
  return app
}
