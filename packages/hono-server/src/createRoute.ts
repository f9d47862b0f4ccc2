import type { CommandRequest, Endpoints, Route } from '@foldlog/http'
import * as t from 'io-ts'
import { type CommandRoute, commandRoute, type DispatchRequest } from './commandRoute.ts'

/**
 * A route that creates a resource. Its reply has the id of the resource under `idName`, and its address, which is the
 * id behind `collection`: `/orders`. `idOf` chooses the id, the new id of the request when absent. `status` is 201 when
 * absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface CreateRoute<Err, A>
  extends Pick<CommandRoute<Err, A>, 'path' | 'name' | 'summary' | 'codec' | 'errorStatuses'> {
  readonly idName: string
  readonly idCodec: t.Any
  readonly collection: string
  readonly idOf?: (request: CommandRequest<A>) => string
  readonly status?: number
  readonly description: string
  readonly dispatch: (
    id: string,
    ...request: Parameters<DispatchRequest<Err, A>>
  ) => ReturnType<DispatchRequest<Err, A>>
}

/**
 * Makes a route that creates a resource. A client that prefers to wait waits for `handlers`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const createRoute =
  <Err>(endpoints: Endpoints<Err>, handlers: ReadonlyArray<string>) =>
  <A>(route: CreateRoute<Err, A>): Route => {
    const {
      idName,
      idCodec,
      collection,
      idOf = ({ newId }) => newId,
      status = 201,
      description,
      dispatch,
      ...described
    } = route
    return commandRoute(
      endpoints,
      handlers,
    )<A>({
      ...described,
      success: { status, description, body: t.strict({ [idName]: idCodec }) },
      dispatch: (request, parameters) => dispatch(idOf(request), request, parameters),
      toReply: (request) => {
        const id = idOf(request)
        return { body: { [idName]: id }, location: `${collection}/${encodeURIComponent(id)}` }
      },
    })
  }
