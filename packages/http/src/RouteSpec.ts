import type { Command, Event } from '@foldlog/core'
import type { DispatchContext, Dispatched } from '@foldlog/dispatcher'
import type { taskEither as TE } from 'fp-ts'
import type { InfrastructureError } from './InfrastructureError.ts'
import type { RouteDescription, RouteHandler } from './RouteDescription.ts'
import type { RouteEnvironment } from './RouteEnvironment.ts'

/**
 * The environment as one route gets it. The errors of `dispatch` have lost their types: the responder describes all of
 * them. `environment` is the value that was given to `Routes.make`, with everything that the application has put there.
 *
 * @category model
 * @since 0.1.0
 */
export interface ServedEnvironment<C extends Command, Err, User, Env>
  extends Omit<RouteEnvironment<C, Err, User>, 'dispatch'> {
  readonly dispatch: (command: C, context: DispatchContext) => TE.TaskEither<InfrastructureError, Dispatched<Event>>
  readonly environment: Env
}

/**
 * A route without its environment: its description, and `serve`, which makes its handler. `C` is the command that it
 * sends, `Err` the domain errors of its own code, `Tag` the errors that its document names, `User` the user that it
 * needs, and `Env` the other values that it needs of the environment. An `anonymous` route does not authenticate its
 * requests.
 *
 * @category model
 * @since 0.1.0
 */
export interface RouteSpec<C extends Command, Err, Tag extends string, User, Env> extends RouteDescription {
  readonly errors: ReadonlyArray<Tag>
  readonly anonymous: boolean
  readonly serve: (environment: ServedEnvironment<C, Err, User, Env>) => RouteHandler
}
