import type { Command, Event, Logger, WaitForHandlers } from '@foldlog/core'
import type { DispatchContext, Dispatched } from '@foldlog/dispatcher'
import type { taskEither as TE } from 'fp-ts'
import type { InfrastructureError } from './InfrastructureError.ts'
import type { RequestError } from './RequestError.ts'
import type { Responder } from './Responder.ts'

/**
 * The sender of a request. `id` separates the idempotency keys of different senders, and is stored with the events of a
 * command as `user.id` of their metadata.
 *
 * @category model
 * @since 0.1.0
 */
export interface Caller {
  readonly id: string
}

/**
 * The dependencies that all routes of an application share.
 *
 * - `dispatch`, `waitFor` and `settledPosition`: those of an application. Otherwise they are functions of the
 *   dispatcher, of the handler runtime and of the store.
 * - `handlers`: the names of the handlers that a request waits for when its client prefers to wait, unless its route
 *   names others; none when absent. Name the projections whose views the routes read.
 * - `respond`: the responder, which describes every error of the domain.
 * - `logger`: gets every request that is answered with 500 or more; the logger of the responder when absent.
 * - `authenticate`: finds the user of a request. `Unauthorized` becomes 401, `Forbidden` 403. Without it, no request
 *   needs a user.
 * - `trustedOrigins`: the other sites whose pages may send commands, none when absent.
 * - `limit`: the maximum number of bytes of a body, 1 MiB when absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface RouteEnvironment<C extends Command, Err, User> {
  readonly dispatch: (
    command: C,
    context: DispatchContext,
  ) => TE.TaskEither<NoInfer<Err> | InfrastructureError, Dispatched<Event>>
  readonly waitFor: WaitForHandlers
  readonly settledPosition: TE.TaskEither<unknown, number>
  readonly handlers?: ReadonlyArray<string> | undefined
  readonly respond: Responder<Err>
  readonly logger?: Logger | undefined
  readonly authenticate?: ((request: Request) => TE.TaskEither<RequestError, User & Caller>) | undefined
  readonly trustedOrigins?: ReadonlyArray<string> | undefined
  readonly limit?: number | undefined
}
