import type { Command, Event } from '@foldlog/core'
import type { DispatchContext, Dispatched } from '@foldlog/dispatcher'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { InfrastructureError } from './InfrastructureError.ts'
import { routeFinder } from './internal/routeFinder.ts'
import { routeProblems } from './internal/routeProblems.ts'
import { withoutBody } from './internal/withoutBody.ts'
import { ProblemDetails } from './ProblemDetails.ts'
import type { Route } from './Route.ts'
import type { RouteEnvironment } from './RouteEnvironment.ts'
import type { RouteSpec, ServedEnvironment } from './RouteSpec.ts'

/** Errors of the infrastructure that only some routes have, and that their document names. */
const infrastructureStatuses: Readonly<Record<string, number>> = {
  NotFound: 404,
  StreamNotFound: 404,
  StreamDeleted: 410,
  LogRewound: 410,
  EventIdReused: 409,
  Forbidden: 403,
  EncodeFailure: 422,
  CommandIdReused: 422,
}

/**
 * The environment of routes, with its `dispatch` as it was given. A function of a dispatcher is generic: as a type of
 * its own, it keeps the union of its commands.
 */
type GivenEnvironment<Dispatch, Err, User> = Omit<RouteEnvironment<never, Err, User>, 'dispatch'> & {
  readonly dispatch: Dispatch
}

/** The commands that a function dispatches. */
type CommandIn<Dispatch> = Dispatch extends (command: infer C extends Command, context: DispatchContext) => unknown
  ? C
  : never

/** No constraint when the responder describes every error of the function; otherwise a property that nothing has. */
type Described<Dispatch, Err> = Dispatch extends (
  command: never,
  context: DispatchContext,
) => TE.TaskEither<infer E, Dispatched<Event>>
  ? [Exclude<E, Err | InfrastructureError>] extends [never]
    ? unknown
    : { readonly notDescribed: Exclude<E, Err | InfrastructureError> }
  : { readonly dispatch: RouteEnvironment<never, Err, never>['dispatch'] }

/**
 * Gives routes their environment, once for all of them. Each route gets the statuses of its errors from the responder.
 *
 * The types agree, or it does not compile: the dispatcher has the commands of every route, the responder describes the
 * errors of the dispatcher and of every route, every error that a document names exists, and the environment has the
 * user and the values that every route needs. A `dispatch` that is written in place needs the types of both parameters,
 * because its commands are inferred from them. An environment or a route that is none, as JavaScript may pass it, is a
 * mistake in the program, so this throws at once, with a sentence for each.
 *
 * @category constructors
 * @since 0.1.0
 */
const make = <Dispatch, Err extends { readonly _tag: string }, User, Env>(
  environment: GivenEnvironment<Dispatch, Err, User> & Env & Described<Dispatch, Err>,
  specs: ReadonlyArray<
    RouteSpec<
      NoInfer<CommandIn<Dispatch>>,
      NoInfer<Err>,
      NoInfer<Err>['_tag'] | InfrastructureError['_tag'],
      NoInfer<User>,
      NoInfer<GivenEnvironment<Dispatch, Err, User> & Env>
    >
  >,
): ReadonlyArray<Route> => {
  const problems = routeProblems(environment, specs)
  if (problems.length > 0) throw new Error(`Invalid routes: ${problems.join('; ')}`)
  type Served = ServedEnvironment<CommandIn<Dispatch>, Err, User, GivenEnvironment<Dispatch, Err, User> & Env>
  const served: Served = {
    ...environment,
    respond: environment.logger === undefined ? environment.respond : environment.respond.logTo(environment.logger),
    // It is a dispatcher's function, and the responder describes all its errors: `Described` proves both.
    dispatch: environment.dispatch as Served['dispatch'],
    environment,
  }
  const statusesOf = (tag: string): ReadonlyArray<number> =>
    environment.respond.statuses[tag] ?? [infrastructureStatuses[tag] ?? []].flat()
  return specs.map(({ serve, errors, anonymous, ...described }) => {
    const own = environment.authenticate === undefined || anonymous ? [] : [401, 403]
    return {
      ...described,
      errorStatuses: [...new Set([...errors.flatMap(statusesOf), ...own])],
      handle: serve(served),
    }
  })
}

const noRoute = (allowed: ReadonlyArray<string>): Response =>
  allowed.length === 0
    ? ProblemDetails.response({ status: 404, title: 'Not found', code: 'NoRoute' })
    : ProblemDetails.response(
        { status: 405, title: 'Method not allowed', code: 'MethodNotAllowed' },
        { Allow: allowed.join(', ') },
      )

/**
 * Makes one function of routes, for a server that speaks `Request` and `Response` itself: Deno, Bun, workers. `prefix`
 * is the part of every path before those of the routes. An unknown path is a problem 404, an unknown method of a known
 * path 405.
 *
 * @category destructors
 * @since 0.1.0
 */
const toFetch = (
  routes: ReadonlyArray<Route>,
  { prefix = '' }: { readonly prefix?: string | undefined } = {},
): ((request: Request) => Promise<Response>) => {
  const find = routeFinder(routes)
  return async (request) => {
    const { pathname } = new URL(request.url)
    const found = pathname.startsWith(prefix)
      ? find(request.method, pathname.slice(prefix.length))
      : E.left({ allowed: [] })
    if (E.isLeft(found)) return noRoute(found.left.allowed)
    const response = await found.right.route.handle(request, found.right.parameters)
    return request.method === 'HEAD' ? withoutBody(response) : response
  }
}

/**
 * Functions on lists of routes.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Routes = { make, toFetch } as const
