import type { Event } from '@foldlog/core'
import type { DispatchContext, Dispatched } from '@foldlog/dispatcher'
import { function as F, taskEither as TE } from 'fp-ts'
import type * as t from 'io-ts'
import { CommandRequest } from './CommandRequest.ts'
import { fresh } from './fresh.ts'
import { type Performed, perform, type WaitFor } from './perform.ts'
import type { Reply } from './Reply.ts'
import type { Responder } from './Responder.ts'
import type { WayError } from './WayError.ts'

/**
 * What all routes of an application share: how requests are answered, how handlers are waited for, and where the settled log ends. A store has the last, a
 * runtime of `@foldlog/subscriptions` the second.
 *
 * @category model
 * @since 0.1.0
 */
export interface Front<Err> {
  readonly respond: Responder<Err>
  readonly waitFor: WaitFor
  readonly head: TE.TaskEither<unknown, number>
}

/**
 * Answers a request for a command: its body is decoded, `dispatch` says which command that is, `told` what a reply to one that was done says beside its version
 * and position. Who prefers to wait waits for `handlers`.
 *
 * @category combinators
 * @since 0.1.0
 */
const command =
  <Err>({ respond, waitFor }: Front<Err>, handlers: ReadonlyArray<string>) =>
  <A, Ev extends Event>(
    request: Request,
    codec: t.Type<A, unknown>,
    dispatch: (
      asked: CommandRequest<A>,
    ) => (context: DispatchContext) => TE.TaskEither<NoInfer<Err> | WayError, Dispatched<Ev>>,
    told: (asked: CommandRequest<A>, done: Performed<Ev>) => Pick<Reply, 'status' | 'body' | 'location'>,
  ): Promise<Response> =>
    respond(
      request,
      F.pipe(
        request,
        CommandRequest.read(codec),
        TE.chainW((asked) =>
          F.pipe(
            perform(asked, dispatch(asked), { waitFor, handlers }),
            TE.map((done): Reply => ({ ...done, ...told(asked, done) })),
          ),
        ),
      ),
    )

/**
 * Answers a read, after waiting for `handlers` when its reader prefers to.
 *
 * @category combinators
 * @since 0.1.0
 */
const read =
  <Err>({ respond, waitFor, head }: Front<Err>, handlers: ReadonlyArray<string>) =>
  (
    request: Request,
    work: TE.TaskEither<NoInfer<Err> | WayError, Omit<Reply, 'waited' | 'status'>>,
  ): Promise<Response> =>
    respond(
      request,
      F.pipe(
        fresh(request, { waitFor, handlers, head }),
        TE.chainW((waited) =>
          F.pipe(
            work,
            TE.map((reply): Reply => ({ status: 200, waited, ...reply })),
          ),
        ),
      ),
    )

/**
 * Functions on {@link Front}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Front = { command, read } as const
