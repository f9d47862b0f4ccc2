import { taskEither as TE } from 'fp-ts'
import type { RequestError } from '../RequestError.ts'
import type { Caller, RouteEnvironment } from '../RouteEnvironment.ts'
import { runRoute } from './routeCode.ts'

/**
 * The sender of a request. Without `authenticate`, and for an anonymous route, it is `undefined`: then the type of the
 * route asks for no user, because `Routes.make` takes a route only with the users that the environment has.
 */
export const authenticated =
  <User>(
    { authenticate }: Pick<RouteEnvironment<never, never, User>, 'authenticate'>,
    anonymous: boolean,
  ): ((
    request: Request,
  ) => TE.TaskEither<RequestError, { readonly user: User; readonly caller: Caller | undefined }>) =>
  (request) =>
    authenticate === undefined || anonymous
      ? TE.right({ user: undefined as User, caller: undefined }) // See above.
      : TE.map((user: User & Caller) => ({ user, caller: user }))(runRoute('authenticate', () => authenticate(request)))
