import { Aggregate, type HistoryId } from '@foldlog/core'
import { Endpoints, type InfrastructureError, notFound } from '@foldlog/http'
import { Views } from '@foldlog/subscriptions'
import { function as F, option as O, taskEither as TE } from 'fp-ts'
import type * as t from 'io-ts'
import type { ShopError } from '../shop/ShopError.ts'
import type { ShopStore } from '../shop/ShopStore.ts'
import type { ShopDispatcher } from '../shop/shopRuntime.ts'

/**
 * The parts of the routes of the shop: the responder, the dispatchers, and the views.
 *
 * @category model
 * @since 0.1.0
 */
export interface Web extends Endpoints<ShopError> {
  readonly store: ShopStore
  readonly dispatcher: ShopDispatcher
}

/**
 * The names of the views, as handlers.
 *
 * @category model
 * @since 0.1.0
 */
export type ViewName = 'accounts' | 'gift_cards' | 'orders'

/**
 * Answers a request for a command; with the preference to wait it waits for the view.
 *
 * @category combinators
 * @since 0.1.0
 */
export const answerCommand = (web: Web, view: ViewName) => Endpoints.command(web, [view])

/**
 * Answers a read of a view.
 *
 * @category combinators
 * @since 0.1.0
 */
export const answerRead = (web: Web, view: ViewName) => Endpoints.read(web, [view])

interface SingleSourceProjection<View> {
  readonly name: string
  readonly view: t.Type<View, unknown>
  readonly from: readonly [{ readonly category: string; readonly formerCategories?: ReadonlyArray<string> }]
}

/**
 * A view that was found, and the history of the log in which it was read: the version in it belongs to that history.
 *
 * @category model
 * @since 0.1.0
 */
export interface FoundView<View> {
  readonly view: View
  readonly history: HistoryId
}

/**
 * The view of one thing, in whichever stream it began; `NotFound` when there is none.
 *
 * @category destructors
 * @since 0.1.0
 */
export const viewOf =
  <View>({ store }: Pick<Web, 'store'>, projection: SingleSourceProjection<View>) =>
  (id: string): TE.TaskEither<InfrastructureError, FoundView<View>> =>
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
                O.map(([, view]): FoundView<View> => ({ view, history })),
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
