import type { Command, Event } from '@foldlog/core'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { answerWithin } from './answerWithin.ts'
import { CommandRequest } from './CommandRequest.ts'
import type { InfrastructureError } from './InfrastructureError.ts'
import { authenticated } from './internal/authenticate.ts'
import { checkRoute } from './internal/checkRoute.ts'
import { decodePath, decodeQuery } from './internal/decodeParameters.ts'
import { PathTemplate } from './internal/PathTemplate.ts'
import { called, runRoute, runSent } from './internal/routeCode.ts'
import { orNotFound } from './orNotFound.ts'
import type { Reply } from './Reply.ts'
import type { RouteHandler } from './RouteDescription.ts'
import type { Codecs, CommandInput, Decoded, NamesExactly } from './RouteInput.ts'
import type { RouteSpec } from './RouteSpec.ts'
import { type CommandResult, runCommand } from './runCommand.ts'

/**
 * The command that a route sends, or an error. A route that must read first returns a `TaskEither`.
 *
 * @category model
 * @since 0.1.0
 */
export type Sent<C, Err> = C | E.Either<Err | InfrastructureError, C> | TE.TaskEither<Err | InfrastructureError, C>

/**
 * A route that sends a command. `to` makes the command from the decoded parameters, body and new id.
 *
 * - `method` is POST, and `status` 204, 200 with an `answer`, 201 with `creates`, when absent.
 * - `body` is the codec of the body; without it the request has none.
 * - `creates` has the name and the codec of the id of a new resource. `newId` is the new id of the request, or the
 *   result of `id`. The answer has it under that name. `location` is the address of the resource: `/orders/{order_id}`.
 * - `answer` is the codec of the body of the answer, which `reply` makes.
 * - `errors` are the tags of the errors that the document names. 404 and 410 are among them when the path has
 *   parameters. A route without `creates` whose path has parameters answers a precondition on a missing stream with
 *   404.
 * - `handlers` are those that a request waits for when its client prefers to wait, those of the environment when
 *   absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface CommandRoute<
  Path extends string,
  P extends Codecs,
  Q extends Codecs,
  B,
  N extends Codecs,
  C extends Command,
  A,
  Err,
  Tag extends string,
  User,
  Env,
> {
  readonly name: string
  readonly summary?: string | undefined
  readonly method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE' | undefined
  readonly path: Path
  readonly parameters?: P | undefined
  readonly query?: Q | undefined
  readonly body?: t.Type<B, unknown> | undefined
  readonly creates?: N | undefined
  readonly location?: string | undefined
  readonly id?: ((input: CommandInput<P, Q, User, B, Decoded<N>[keyof N]>) => Decoded<N>[keyof N]) | undefined
  readonly to: (input: CommandInput<P, Q, User, B, Decoded<N>[keyof N]>, environment: Env) => Sent<C, Err>
  readonly status?: 200 | 201 | 202 | 204 | undefined
  /** A text about the answer, for the document. */
  readonly description?: string | undefined
  readonly answer?: t.Type<A, unknown> | undefined
  readonly reply?:
    | ((input: CommandInput<P, Q, User, B, Decoded<N>[keyof N]>, result: CommandResult<Event>) => A)
    | undefined
  readonly handlers?: ReadonlyArray<string> | undefined
  readonly errors?: ReadonlyArray<Tag> | undefined
  readonly limit?: number | undefined
  readonly anonymous?: boolean | undefined
}

const emptyBody = t.strict({})

/** The one id that a route creates: its name and its codec. */
const createdBy = (creates: Codecs | undefined): readonly [name: string, codec: t.Mixed] | undefined =>
  Object.entries(creates ?? {})[0]

/** A codec that rejects a ULID is a mistake in the program; the responder answers 500 and logs it. */
const decodeId = <N extends Codecs>(creates: N | undefined, newId: string): Decoded<N>[keyof N] => {
  const created = createdBy(creates)
  if (created === undefined) return undefined as Decoded<N>[keyof N] // Without `creates` the type is `never`.
  const [name, codec] = created
  const decoded = codec.decode(newId)
  if (E.isLeft(decoded)) throw new Error(`the codec ${codec.name} of ${name} rejects the new id ${newId}`)
  return decoded.right
}

/** An `Either` has a `_tag` and no `type`. */
const isCommand = (sent: object): boolean => 'type' in sent || !('_tag' in sent)

const sentBy = <C extends Command, Err>(route: string, to: () => Sent<C, Err>) =>
  runSent<Err | InfrastructureError, C>(`to of ${route}`, to, 'a command, an Either or a TaskEither', isCommand)

const locationOf = (
  template: string,
  route: string,
  request: Request,
  ids: Readonly<Record<string, string>>,
): string => {
  const prefix = PathTemplate.prefixOf(route, new URL(request.url).pathname)
  return prefix + PathTemplate.replace(template, (name) => encodeURIComponent(ids[name] ?? ''))
}

/**
 * Makes routes that send commands out of `Known`, for these users and this environment: see `Route.command` and
 * `Route.of`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const commandRouteFor =
  <Known extends Command, User, Env>() =>
  <
    const Path extends string,
    const C extends Known,
    P extends Codecs = Record<never, never>,
    Q extends Codecs = Record<never, never>,
    B = Record<never, never>,
    N extends Codecs = Record<never, never>,
    A = never,
    Err extends { readonly _tag: string } = never,
    const Tag extends string = never,
  >(
    route: CommandRoute<Path, P, Q, B, N, C, A, Err, Tag, User, Env> & NamesExactly<Path, P>,
  ): RouteSpec<C, Exclude<Err, InfrastructureError>, Tag | 'NotFound' | 'StreamDeleted', User, Env> => {
    checkRoute('Route.command', route)
    const { name, path, parameters, query, creates, location, answer, anonymous = false } = route
    const created = createdBy(creates)
    const body: t.Type<B, unknown> = route.body ?? (emptyBody as unknown as t.Type<B, unknown>) // Then `B` is empty.
    const answerCodec = answer ?? (created === undefined ? undefined : t.strict({ [created[0]]: created[1] }))
    const status = route.status ?? (created !== undefined ? 201 : answerCodec === undefined ? 204 : 200)
    const description = route.description ?? (created === undefined ? 'Done.' : 'Created.')
    const existing = parameters !== undefined && created === undefined
    type Input = CommandInput<P, Q, User, B, Decoded<N>[keyof N]>
    const idOf = route.id && called(`id of ${name}`, route.id)
    const choose = (input: Input): Input => (idOf === undefined ? input : { ...input, newId: idOf(input) })

    const makeReply = route.reply && called(`reply of ${name}`, route.reply)

    const replyOf = (input: Input, done: CommandResult<Event>, values: Readonly<Record<string, string>>): Reply => {
      const id = created === undefined ? undefined : { [created[0]]: created[1].encode(input.newId) }
      const reply = makeReply === undefined ? undefined : answer?.encode(makeReply(input, done))
      return {
        ...done,
        status,
        ...(reply === undefined && id === undefined ? undefined : { body: reply ?? id }),
        ...(location === undefined
          ? undefined
          : { location: locationOf(location, path, input.request, { ...values, ...id }) }),
      }
    }

    return {
      name,
      path,
      summary: route.summary ?? name,
      method: route.method ?? 'POST',
      isCommand: true,
      anonymous,
      errors: [...(route.errors ?? []), ...(parameters === undefined ? [] : (['NotFound', 'StreamDeleted'] as const))],
      ...(parameters === undefined ? undefined : { parameters }),
      ...(query === undefined ? undefined : { query }),
      ...(route.body === undefined ? undefined : { body }),
      responses: { [status]: { description, ...(answerCodec === undefined ? undefined : { body: answerCodec }) } },
      serve: (served): RouteHandler => {
        const { respond, dispatch, waitFor, trustedOrigins, environment } = served
        const userOf = authenticated(served, anonymous)
        const handlers = route.handlers ?? served.handlers ?? []
        return (request, values) =>
          respond(
            request,
            F.pipe(
              userOf(request),
              TE.bindW('asked', ({ caller }) =>
                CommandRequest.read(body, {
                  scope: caller?.id,
                  user: caller === undefined ? undefined : { id: caller.id },
                  limit: route.limit ?? served.limit,
                  trustedOrigins,
                })(request),
              ),
              TE.bindW('parameters', () => TE.fromEither(decodePath(parameters, values))),
              TE.bindW('query', () => TE.fromEither(decodeQuery(query, request))),
              TE.chainW(({ user, asked, parameters, query }) => {
                const newId = decodeId(creates, asked.newId)
                const input = choose({ user, parameters, query, request, body: asked.body, newId })
                return F.pipe(
                  runCommand(
                    asked,
                    (context) => {
                      const work = F.pipe(
                        sentBy<C, Err>(name, () => route.to(input, environment)),
                        TE.chainW((command) => runRoute('dispatch', () => dispatch(command, context))),
                      )
                      return existing ? orNotFound()(work) : work
                    },
                    { waitFor, handlers },
                  ),
                  answerWithin(asked.wait),
                  TE.map((done) => replyOf(input, done, values)),
                )
              }),
              // The type says that `Err` has no infrastructure errors; the responder maps both kinds.
              (work) => work as TE.TaskEither<Exclude<Err, InfrastructureError> | InfrastructureError, Reply>,
            ),
          )
      },
    }
  }
