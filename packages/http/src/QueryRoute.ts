import type { HistoryId } from '@foldlog/core'
import { UserCode } from '@foldlog/core/store'
import { function as F, taskEither as TE } from 'fp-ts'
import type * as t from 'io-ts'
import { answerWithin } from './answerWithin.ts'
import type { InfrastructureError } from './InfrastructureError.ts'
import { checkRoute } from './internal/checkRoute.ts'
import { describeRead, readInput } from './internal/readRoute.ts'
import { runRoute } from './internal/routeCode.ts'
import { PreferHeader } from './PreferHeader.ts'
import type { Reply } from './Reply.ts'
import type { Codecs, NamesExactly, RouteInput } from './RouteInput.ts'
import type { RouteSpec } from './RouteSpec.ts'
import { waitForPosition } from './waitForPosition.ts'

/**
 * The answer of a query. A versioned one has the version of its resource, and the history of the log in which it was
 * read: they become the `ETag`, and a reader that has this version already gets 304.
 *
 * @category model
 * @since 0.1.0
 */
export type QueryAnswer<A, Versioned extends boolean> = Versioned extends true
  ? { readonly body: A; readonly version: number; readonly history?: HistoryId | undefined }
  : { readonly body: A }

/**
 * A route that reads. `parameters` has a codec for each parameter of the path, `query` one for each of the query. The
 * body that `handle` returns is encoded by `answer`. `errors` are the tags of the errors that the document names; 404
 * is among them when the path has parameters. `handlers` are those that a request waits for when its client prefers to
 * wait, those of the environment when absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface QueryRoute<
  Path extends string,
  P extends Codecs,
  Q extends Codecs,
  A,
  Versioned extends boolean,
  Err,
  Tag extends string,
  User,
  Env,
> {
  readonly name: string
  readonly summary?: string | undefined
  readonly path: Path
  readonly parameters?: P | undefined
  readonly query?: Q | undefined
  readonly answer: t.Type<A, unknown>
  /** A text about the answer, for the document. */
  readonly description?: string | undefined
  readonly versioned?: Versioned | undefined
  readonly handlers?: ReadonlyArray<string> | undefined
  readonly errors?: ReadonlyArray<Tag> | undefined
  readonly anonymous?: boolean | undefined
  readonly handle: (
    input: RouteInput<P, Q, User>,
    environment: Env,
  ) => TE.TaskEither<Err | InfrastructureError, QueryAnswer<A, Versioned>>
}

/**
 * Makes routes that read, for these users and this environment: see `Route.query` and `Route.of`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const queryRouteFor =
  <User, Env>() =>
  <
    const Path extends string,
    A,
    P extends Codecs = Record<never, never>,
    Q extends Codecs = Record<never, never>,
    Versioned extends boolean = false,
    Err extends { readonly _tag: string } = never,
    const Tag extends string = never,
  >(
    route: QueryRoute<Path, P, Q, A, Versioned, Err, Tag, User, Env> & NamesExactly<Path, P>,
  ): RouteSpec<never, Exclude<Err, InfrastructureError>, Tag | 'NotFound', User, Env> => {
    checkRoute('Route.query', route)
    const { answer } = route
    const description = route.description ?? 'The answer.'
    const replyOf = ({
      body,
      ...version
    }: {
      readonly body: A
      readonly version?: number | undefined
    }): Omit<Reply, 'status'> => ({
      ...version,
      body: answer.encode(UserCode.plain(`the body of ${route.name}`, body)),
    })
    return {
      ...describeRead(route),
      responses: {
        200: { description, body: answer },
        ...(route.versioned === true ? { 304: { description: 'Not modified.' } } : undefined),
      },
      serve: (served) => {
        const { respond, waitFor, settledPosition, environment } = served
        const handlers = route.handlers ?? served.handlers ?? []
        const inputOf = readInput<P, Q, User, Env>(served, route)
        return (request, values) =>
          respond(
            request,
            F.pipe(
              inputOf(request, values),
              TE.bindTo('input'),
              TE.bindW('preferenceApplied', () => waitForPosition(request, { waitFor, handlers, settledPosition })),
              TE.chainW(({ input, preferenceApplied }) =>
                F.pipe(
                  // The type says that `Err` has no infrastructure errors; the responder maps both kinds.
                  runRoute(`handle of ${route.name}`, () => route.handle(input, environment)) as TE.TaskEither<
                    Exclude<Err, InfrastructureError> | InfrastructureError,
                    QueryAnswer<A, Versioned>
                  >,
                  TE.map((found): Reply => ({ status: 200, preferenceApplied, ...replyOf(found) })),
                ),
              ),
              answerWithin(PreferHeader.wait(request)),
            ),
          )
      },
    }
  }
