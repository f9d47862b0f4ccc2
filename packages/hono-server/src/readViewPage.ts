import { StreamName } from '@foldlog/core'
import type { InfrastructureError, ItemPage, RequestedPage } from '@foldlog/http'
import { type ViewConditions, type ViewStore, Views } from '@foldlog/subscriptions'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import type * as t from 'io-ts'

const idOf = (key: string): string =>
  F.pipe(
    StreamName.parse(key),
    E.match(() => key, StreamName.id),
  )

/**
 * Reads the page of views that a client requests, for a route of pages. `toItem` makes an item of an id and its view.
 *
 * @category destructors
 * @since 0.1.0
 */
export const readViewPage = <View, A>(
  { store }: { readonly store: ViewStore },
  projection: { readonly name: string; readonly view: t.Type<View, unknown> },
  page: RequestedPage,
  toItem: (id: string, view: View) => A,
  where?: ViewConditions,
): TE.TaskEither<InfrastructureError, ItemPage<A>> =>
  F.pipe(
    Views.make(projection, store).list({ ...page, where }),
    TE.map(({ views, ...rest }) => ({
      ...rest,
      views: views.map(([key, view]) => [key, toItem(idOf(key), view)] as const),
    })),
  )
