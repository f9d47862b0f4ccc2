import { either as E, function as F, taskEither as TE } from 'fp-ts'
import type { InfrastructureError } from './InfrastructureError.ts'
import { checkRoute } from './internal/checkRoute.ts'
import { describeRead, readInput } from './internal/readRoute.ts'
import { runSent } from './internal/routeCode.ts'
import type { Codecs, NamesExactly, RouteInput } from './RouteInput.ts'
import type { RouteSpec } from './RouteSpec.ts'
import { type EventSourceOf, ServerSentEvents, type ServerSentEventsOptions } from './ServerSentEvents.ts'

/**
 * A route that sends events to the `EventSource` of a browser. `events` makes the events of one client after its
 * `lastEventId`, which is `undefined` for the first connection. `LogEvents.make` makes such events from a log; any
 * other async iterable works, too.
 *
 * @category model
 * @since 0.1.0
 */
export interface EventsRoute<
  Path extends string,
  P extends Codecs,
  Q extends Codecs,
  Err,
  Tag extends string,
  User,
  Env,
> extends ServerSentEventsOptions {
  readonly name: string
  readonly summary?: string | undefined
  readonly path: Path
  readonly parameters?: P | undefined
  readonly query?: Q | undefined
  readonly description?: string | undefined
  readonly errors?: ReadonlyArray<Tag> | undefined
  readonly anonymous?: boolean | undefined
  readonly events: (
    input: RouteInput<P, Q, User> & { readonly lastEventId: string | undefined },
    environment: Env,
  ) => E.Either<Err | InfrastructureError, EventSourceOf> | TE.TaskEither<Err | InfrastructureError, EventSourceOf>
}

/**
 * Makes routes that send events, for these users and this environment: see `Route.events` and `Route.of`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const eventsRouteFor =
  <User, Env>() =>
  <
    const Path extends string,
    P extends Codecs = Record<never, never>,
    Q extends Codecs = Record<never, never>,
    Err extends { readonly _tag: string } = never,
    const Tag extends string = never,
  >(
    route: EventsRoute<Path, P, Q, Err, Tag, User, Env> & NamesExactly<Path, P>,
  ): RouteSpec<never, Exclude<Err, InfrastructureError>, Tag | 'NotFound', User, Env> => {
    checkRoute('Route.events', route)
    const { heartbeat, retry } = route
    return {
      ...describeRead(route),
      responses: { 200: { description: route.description ?? 'The events.', mediaType: ServerSentEvents.mediaType } },
      serve: (served) => {
        const { respond, environment } = served
        const inputOf = readInput<P, Q, User, Env>(served, route)
        return async (request, values) => {
          const begin = F.pipe(
            inputOf(request, values),
            TE.chainW((input) => {
              const lastEventId = request.headers.get('Last-Event-ID') ?? undefined
              return runSent<Err | InfrastructureError, EventSourceOf>(
                `events of ${route.name}`,
                () => route.events({ ...input, lastEventId }, environment),
                'an Either or a TaskEither',
                () => false,
              )
            }),
            // The type says that `Err` has no infrastructure errors; the responder maps both kinds.
            (work) => work as TE.TaskEither<Exclude<Err, InfrastructureError> | InfrastructureError, EventSourceOf>,
          )
          const begun = await TE.tryCatch(begin, (cause) => cause)()
          // The responder answers what was thrown, too.
          if (E.isLeft(begun)) return respond(request, () => Promise.reject(begun.left))
          if (E.isLeft(begun.right)) return respond(request, TE.left(begun.right.left))
          const source = begun.right.right
          const stream = E.tryCatch(
            () => ServerSentEvents.response(request, source, { heartbeat, retry }),
            (cause) => cause,
          )
          return E.isRight(stream) ? stream.right : respond(request, () => Promise.reject(stream.left))
        }
      },
    }
  }
