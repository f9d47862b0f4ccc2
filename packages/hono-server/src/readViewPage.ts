import { StreamName } from '@foldlog/core'
import type { InfrastructureError, Reply } from '@foldlog/http'
import { type ViewConditions, type ViewStore, Views } from '@foldlog/subscriptions'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import type * as t from 'io-ts'

const pageSize = 100

const idOf = (key: string): string =>
  F.pipe(
    StreamName.parse(key),
    E.match(() => key, StreamName.id),
  )

/**
 * Reads a page of views for the body of a reply, after the key that the request names (`?after=`). `toItem` makes an
 * item of an id and its view.
 *
 * @category destructors
 * @since 0.1.0
 */
export const readViewPage = <View>(
  { store }: { readonly store: ViewStore },
  projection: { readonly name: string; readonly view: t.Type<View, unknown> },
  request: Request,
  toItem: (id: string, view: View) => object,
  where?: ViewConditions,
): TE.TaskEither<InfrastructureError, Pick<Reply, 'body'>> => {
  const after = new URL(request.url).searchParams.get('after')
  return F.pipe(
    Views.make(projection, store).list({
      count: pageSize,
      ...(after === null ? undefined : { after }),
      ...(where === undefined ? undefined : { where }),
    }),
    TE.map(({ views, last, end }) => ({
      body: {
        items: views.map(([key, view]) => toItem(idOf(key), view)),
        // A page goes on behind its last view, also when that one cannot be decoded.
        next: end ? null : (last ?? null),
      },
    })),
  )
}
