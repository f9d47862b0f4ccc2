import { Endpoints, type InfrastructureError, type Reply, type Route } from '@foldlog/http'
import type { taskEither as TE } from 'fp-ts'
import type * as t from 'io-ts'
import type { PathParameters } from './commandRoute.ts'

/**
 * A route that shows one resource, read by `read`.
 *
 * @category model
 * @since 0.1.0
 */
export interface ShowRoute<Err> extends Pick<Route, 'path' | 'name' | 'summary'> {
  readonly description: string
  readonly body: t.Any
  readonly read: (
    parameters: PathParameters,
  ) => TE.TaskEither<Err | InfrastructureError, Pick<Reply, 'body' | 'version' | 'history'>>
}

/**
 * Makes a route that shows one resource. A client that prefers to wait waits for `handlers`. None are needed when the
 * resource is folded from its events.
 *
 * @category constructors
 * @since 0.1.0
 */
export const showRoute =
  <Err>(endpoints: Endpoints<Err>, handlers: ReadonlyArray<string>) =>
  ({ description, body, read, ...described }: ShowRoute<Err>): Route => ({
    ...described,
    method: 'GET',
    isCommand: false,
    responses: { 200: { description, body }, 304: { description: 'Not modified.' } },
    // Views of deleted streams remain; their events do not.
    errorStatuses: handlers.length === 0 ? [404, 410] : [404],
    handle: (request, parameters) => Endpoints.read(endpoints, handlers)(request, read(parameters)),
  })
