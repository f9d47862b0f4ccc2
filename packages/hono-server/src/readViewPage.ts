import { StreamName } from '@foldlog/core'
import type { InfrastructureError } from '@foldlog/http'
import { type ViewConditions, type ViewStore, Views } from '@foldlog/subscriptions'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'

const pageSize = 100

const idOf = (key: string): string =>
  F.pipe(
    StreamName.parse(key),
    E.match(() => key, StreamName.id),
  )

/**
 * The parameter of a query for a page: the key after which the page begins.
 *
 * @category codecs
 * @since 0.1.0
 */
export const pageQuery = { after: t.union([t.string, t.undefined]) } as const

/**
 * The body of a page. `next` is the parameter of the next request, null on the last page.
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewPageBody<A> {
  items: Array<A>
  next: string | null
}

/**
 * Reads a page of views for the body of a reply, after the key `after`. `toItem` makes an item of
 * an id and its view.
 *
 * @category destructors
 * @since 0.1.0
 */
export const readViewPage = <View, A>(
  { store }: { readonly store: ViewStore },
  projection: { readonly name: string; readonly view: t.Type<View, unknown> },
  after: string | undefined,
  toItem: (id: string, view: View) => A,
  where?: ViewConditions,
): TE.TaskEither<InfrastructureError, { readonly body: ViewPageBody<A> }> =>
  F.pipe(
    Views.make(projection, store).list({ count: pageSize, after, where }),
    TE.map(({ views, end, last }) => ({
      body: {
        items: views.map(([key, view]) => toItem(idOf(key), view)),
        // A page goes on behind its last view, also when that one cannot be decoded.
        next: end ? null : (last ?? null),
      },
    })),
  )
