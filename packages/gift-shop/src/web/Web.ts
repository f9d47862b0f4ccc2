import { Aggregate } from '@foldlog/core'
import { type InfrastructureError, notFound, type QueryAnswer, Route } from '@foldlog/http'
import { Views } from '@foldlog/subscriptions'
import { function as F, option as O, taskEither as TE } from 'fp-ts'
import type * as t from 'io-ts'
import type { AccountCommand } from '../account/Decisions.ts'
import type { GiftCardCommand } from '../giftCard/Decisions.ts'
import type { OrderCommand } from '../order/Decisions.ts'
import type { ShopStore } from '../shop/ShopStore.ts'
import type { ShopApplication } from '../shop/shopApplication.ts'

/**
 * The parts of the shop that its routes read: accounts, gift cards and orders by their events, and the store of the
 * views.
 *
 * @category model
 * @since 0.1.0
 */
export interface Web extends Pick<ShopApplication, 'load'> {
  readonly store: ShopStore
}

/**
 * The constructors of the routes of the shop.
 *
 * @category constructors
 * @since 0.1.0
 */
export const shopRoute = Route.of<{ command: AccountCommand | GiftCardCommand | OrderCommand; environment: Web }>()

interface SingleSourceProjection<View> {
  readonly name: string
  readonly view: t.Type<View, unknown>
  readonly from: readonly [{ readonly category: string; readonly formerCategories?: ReadonlyArray<string> | undefined }]
}

/**
 * Reads the view of one thing for the body of a reply, in whichever stream the thing began; `NotFound` when there is
 * none. The version of the view belongs to the history of the log in which it was read.
 *
 * @category destructors
 * @since 0.1.0
 */
export const readView =
  <View extends { readonly version: number }, A>(
    { store }: Pick<Web, 'store'>,
    projection: SingleSourceProjection<View>,
    bodyOf: (id: string, view: View) => A,
  ) =>
  (id: string): TE.TaskEither<InfrastructureError, QueryAnswer<A, true>> =>
    F.pipe(
      TE.fromEither(Aggregate.candidateStreams(projection.from[0], id)),
      TE.chainW(
        TE.traverseSeqArray((stream) =>
          F.pipe(
            // A page returns the history. A key comes before all longer keys that begin with it.
            Views.make(projection, store).list({ prefix: stream, count: 1 }),
            TE.map(({ views, history }) =>
              F.pipe(
                O.fromNullable(views.find(([key]) => key === stream)),
                O.map(([, view]) => ({ body: bodyOf(id, view), version: view.version, history })),
              ),
            ),
          ),
        ),
      ),
      TE.chainW((found) =>
        F.pipe(
          found.find(O.isSome) ?? O.none,
          TE.fromOption(() => notFound(`${projection.from[0].category} ${id}`)),
        ),
      ),
    )
