import { Endpoints, type InfrastructureError, type Route } from '@foldlog/http'
import type { ViewConditions, ViewStore } from '@foldlog/subscriptions'
import { function as F, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import type { PathParameters } from './commandRoute.ts'
import { readViewPage } from './readViewPage.ts'

/**
 * A route that lists the views of a projection, a page at a time. `toItem` makes an item of an id and its view. With
 * `within` it lists only the views with these fields, of the resource that the path names.
 *
 * @category model
 * @since 0.1.0
 */
export interface ListRoute<Err, View> extends Pick<Route, 'path' | 'name' | 'summary'> {
  readonly description: string
  readonly body: t.Any
  readonly projection: { readonly name: string; readonly view: t.Type<View, unknown> }
  readonly toItem: (id: string, view: View) => object
  readonly within?: (parameters: PathParameters) => TE.TaskEither<Err | InfrastructureError, ViewConditions>
}

/**
 * Makes a route that lists views. A client that prefers to wait waits for the projection.
 *
 * @category constructors
 * @since 0.1.0
 */
export const listRoute =
  <Err>(endpoints: Endpoints<Err> & { readonly store: ViewStore }) =>
  <View>({ description, body, projection, toItem, within, ...described }: ListRoute<Err, View>): Route => ({
    ...described,
    method: 'GET',
    isCommand: false,
    query: { after: t.string },
    responses: { 200: { description, body } },
    // These are about the resource in the path.
    errorStatuses: within === undefined ? [] : [404, 410],
    handle: (request, parameters) => {
      const readPage = (where?: ViewConditions) => readViewPage(endpoints, projection, request, toItem, where)
      const page = within === undefined ? readPage() : F.pipe(within(parameters), TE.chainW(readPage))
      return Endpoints.read(endpoints, [projection.name])(request, page)
    },
  })
