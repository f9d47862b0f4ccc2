import { function as F, type option as O, taskEither as TE } from 'fp-ts'
import type { InfrastructureError } from './InfrastructureError.ts'
import { checkRoute } from './internal/checkRoute.ts'
import { type QueryRoute, queryRouteFor } from './QueryRoute.ts'
import { notFound } from './RequestError.ts'
import type { Codecs, NamesExactly, RouteInput } from './RouteInput.ts'
import type { RouteSpec } from './RouteSpec.ts'

/**
 * A route that finds one thing, such as a view. `find` returns an `Option`: `answer` encodes its value, and `none` is
 * answered with 404. Everything else is as in `QueryRoute`.
 *
 * @category model
 * @since 0.1.0
 */
export interface FindRoute<
  Path extends string,
  P extends Codecs,
  Q extends Codecs,
  A,
  Err,
  Tag extends string,
  User,
  Env,
> extends Omit<QueryRoute<Path, P, Q, A, false, Err, Tag, User, Env>, 'versioned' | 'handle'> {
  readonly find: (
    input: RouteInput<P, Q, User>,
    environment: Env,
  ) => TE.TaskEither<Err | InfrastructureError, O.Option<A>>
}

/**
 * Makes routes that find one thing, for these users and this environment: see `Route.find` and `Route.of`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const findRouteFor =
  <User, Env>() =>
  <
    const Path extends string,
    A,
    P extends Codecs = Record<never, never>,
    Q extends Codecs = Record<never, never>,
    Err extends { readonly _tag: string } = never,
    const Tag extends string = never,
  >(
    route: FindRoute<Path, P, Q, A, Err, Tag, User, Env> & NamesExactly<Path, P>,
  ): RouteSpec<never, Exclude<Err, InfrastructureError>, Tag | 'NotFound', User, Env> => {
    checkRoute('Route.find', route)
    const { find, ...described } = route
    const query = {
      ...described,
      handle: (input: RouteInput<P, Q, User>, environment: Env) =>
        F.pipe(
          find(input, environment),
          TE.chainW(TE.fromOption(() => notFound(new URL(input.request.url).pathname))),
          TE.map((body) => ({ body })),
        ),
    }
    // The names of its parameters were checked above.
    return queryRouteFor<User, Env>()(query as typeof query & NamesExactly<Path, P>)
  }
