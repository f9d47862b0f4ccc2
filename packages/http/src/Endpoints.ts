import type { Event, WaitForHandlers } from '@foldlog/core'
import type { DispatchContext, Dispatched } from '@foldlog/dispatcher'
import { function as F, taskEither as TE } from 'fp-ts'
import type * as t from 'io-ts'
import { answerWithin } from './answerWithin.ts'
import { CommandRequest } from './CommandRequest.ts'
import type { InfrastructureError } from './InfrastructureError.ts'
import { PreferHeader } from './PreferHeader.ts'
import type { Reply } from './Reply.ts'
import type { Responder } from './Responder.ts'
import { type CommandResult, runCommand } from './runCommand.ts'
import { waitForPosition } from './waitForPosition.ts'

/**
 * The dependencies that all routes of an application share: the responder, the wait for handlers, and the settled
 * position of the log. A store has the last, a runtime of `@foldlog/subscriptions` the second. `trustedOrigins` are the
 * other sites whose pages may send commands, none when absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface Endpoints<Err> {
  readonly respond: Responder<Err>
  readonly waitFor: WaitForHandlers
  readonly settledPosition: TE.TaskEither<unknown, number>
  readonly trustedOrigins?: ReadonlyArray<string> | undefined
}

/**
 * Answers a request for a command. `dispatch` makes the command from the decoded body; `toReply` adds to the version
 * and position of the reply. A client that prefers to wait waits for `handlers`, and is answered within about the wait.
 *
 * @category combinators
 * @since 0.1.0
 */
const command =
  <Err>({ respond, waitFor, trustedOrigins }: Endpoints<Err>, handlers: ReadonlyArray<string>) =>
  <A, Ev extends Event>(
    request: Request,
    codec: t.Type<A, unknown>,
    dispatch: (
      commandRequest: CommandRequest<A>,
    ) => (context: DispatchContext) => TE.TaskEither<NoInfer<Err> | InfrastructureError, Dispatched<Ev>>,
    toReply: (
      commandRequest: CommandRequest<A>,
      done: CommandResult<Ev>,
    ) => Pick<Reply, 'status' | 'body' | 'location'>,
  ): Promise<Response> =>
    respond(
      request,
      F.pipe(
        request,
        CommandRequest.read(codec, trustedOrigins === undefined ? {} : { trustedOrigins }),
        TE.chainW((commandRequest) =>
          F.pipe(
            runCommand(commandRequest, dispatch(commandRequest), { waitFor, handlers }),
            answerWithin(commandRequest.wait),
            TE.map((done): Reply => ({ ...done, ...toReply(commandRequest, done) })),
          ),
        ),
      ),
    )

/**
 * Answers a read, after waiting for `handlers` when the client prefers to wait: then within about the wait.
 *
 * @category combinators
 * @since 0.1.0
 */
const read =
  <Err>({ respond, waitFor, settledPosition }: Endpoints<Err>, handlers: ReadonlyArray<string>) =>
  (
    request: Request,
    work: TE.TaskEither<NoInfer<Err> | InfrastructureError, Omit<Reply, 'preferenceApplied' | 'status'>>,
  ): Promise<Response> =>
    respond(
      request,
      F.pipe(
        waitForPosition(request, { waitFor, handlers, settledPosition }),
        TE.chainW((preferenceApplied) =>
          F.pipe(
            work,
            TE.map((reply): Reply => ({ status: 200, preferenceApplied, ...reply })),
          ),
        ),
        answerWithin(PreferHeader.wait(request)),
      ),
    )

/**
 * Functions on {@link Endpoints}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Endpoints = { command, read } as const
