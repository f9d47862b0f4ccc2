import type { Event } from '@foldlog/core'
import type { DispatchContext, Dispatched } from '@foldlog/dispatcher'
import { type CommandRequest, Endpoints, type InfrastructureError, type Reply, type Route } from '@foldlog/http'
import type { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'

/**
 * The values of the parameters in the path of a request, by name.
 *
 * @category model
 * @since 0.1.0
 */
export type PathParameters = Readonly<Record<string, string>>

/**
 * The codec of a request without a body. The document does not mention it.
 *
 * @category codecs
 * @since 0.1.0
 */
export const emptyBody = t.strict({})

const isEmpty = (codec: t.Any): boolean => codec === emptyBody

/**
 * A command of one of these routes: the function that dispatches it, given the decoded request and the parameters of
 * the path.
 *
 * @category model
 * @since 0.1.0
 */
export type DispatchRequest<Err, A> = (
  request: CommandRequest<A>,
  parameters: PathParameters,
) => (context: DispatchContext) => TE.TaskEither<Err | InfrastructureError, Dispatched<Event>>

/**
 * A route that runs a command. `success` is its response; `toReply` adds a body or a location to it.
 *
 * @category model
 * @since 0.1.0
 */
export interface CommandRoute<Err, A> extends Pick<Route, 'path' | 'name' | 'summary' | 'errorStatuses'> {
  /** POST when absent. */
  readonly method?: Route['method']
  readonly codec: t.Type<A, unknown>
  readonly success: { readonly status: number; readonly description: string; readonly body?: t.Any }
  readonly dispatch: DispatchRequest<Err, A>
  readonly toReply?: (request: CommandRequest<A>) => Pick<Reply, 'body' | 'location'>
}

/**
 * Makes a route of a command. A client that prefers to wait waits for `handlers`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const commandRoute =
  <Err>(endpoints: Endpoints<Err>, handlers: ReadonlyArray<string>) =>
  <A>({ method = 'POST', codec, success, dispatch, toReply, ...described }: CommandRoute<Err, A>): Route => {
    const { status, ...response } = success
    return {
      ...described,
      method,
      isCommand: true,
      ...(isEmpty(codec) ? undefined : { body: codec }),
      responses: { [status]: response },
      handle: (request, parameters) =>
        Endpoints.command(endpoints, handlers)(
          request,
          codec,
          (commandRequest) => dispatch(commandRequest, parameters),
          (commandRequest) => ({ status, ...toReply?.(commandRequest) }),
        ),
    }
  }
