import { Aggregate, type Event } from '@foldlog/core'
import type { DispatchContext, DispatchError, Dispatched } from '@foldlog/dispatcher'
import {
  type CommandRequest,
  CommandRequest as Commands,
  fresh,
  notFound,
  type Performed,
  perform,
  type Reply,
  type RequestError,
  type Responder,
  type WaitFor,
  type WayError,
} from '@foldlog/http'
import { type Projection, Views } from '@foldlog/subscriptions'
import { function as F, option as O, taskEither as TE } from 'fp-ts'
import type * as t from 'io-ts'
import type { ShopError } from '../shop/ShopError.ts'
import type { ShopStore } from '../shop/ShopStore.ts'
import type { ShopDispatcher } from '../shop/shopRuntime.ts'

/**
 * What the routes of the shop are made of: where commands go and views are read, how handlers are waited for, and how requests are answered.
 *
 * @category model
 * @since 0.1.0
 */
export interface Web {
  readonly store: ShopStore
  readonly dispatcher: ShopDispatcher
  readonly waitFor: WaitFor
  readonly respond: Responder<ShopError>
}

/**
 * The names of the views, as handlers.
 *
 * @category model
 * @since 0.1.0
 */
export type ViewName = 'accounts' | 'gift_cards' | 'orders'

/**
 * Answers a request for a command. `dispatch` says which, from the decoded body; `told` is the reply to one that was done. Who prefers to wait waits for the view.
 *
 * @category combinators
 * @since 0.1.0
 */
export const answerCommand =
  ({ respond, waitFor }: Web, view: ViewName) =>
  <A, Ev extends Event>(
    request: Request,
    codec: t.Type<A, unknown>,
    dispatch: (
      asked: CommandRequest<A>,
    ) => (context: DispatchContext) => TE.TaskEither<ShopError | RequestError | DispatchError, Dispatched<Ev>>,
    told: (asked: CommandRequest<A>, done: Performed<Ev>) => Pick<Reply, 'status' | 'body' | 'location'>,
  ): Promise<Response> =>
    respond(
      request,
      F.pipe(
        request,
        Commands.read(codec),
        TE.chainW((asked) =>
          F.pipe(
            perform(asked, dispatch(asked), { waitFor, handlers: [view] }),
            TE.map((done): Reply => ({ ...done, ...told(asked, done) })),
          ),
        ),
      ),
    )

type Read = TE.TaskEither<WayError, Omit<Reply, 'waited' | 'status'>>

/**
 * Answers a read of a view, after waiting for it when its reader prefers to.
 *
 * @category combinators
 * @since 0.1.0
 */
export const answerRead =
  ({ respond, waitFor, store }: Web, view: ViewName) =>
  (request: Request, read: Read): Promise<Response> =>
    respond(
      request,
      F.pipe(
        fresh(request, { waitFor, handlers: [view], head: store.head }),
        TE.chainW((waited) =>
          F.pipe(
            read,
            TE.map((reply): Reply => ({ status: 200, waited, ...reply })),
          ),
        ),
      ),
    )

type OneSource = { readonly category: string; readonly formerly?: ReadonlyArray<string>; readonly events: never }

/**
 * The view of one thing, in whichever stream it began; `NotFound` when there is none.
 *
 * @category destructors
 * @since 0.1.0
 */
export const viewOf =
  <View>(
    { store }: Pick<Web, 'store'>,
    projection: Pick<Projection<readonly [OneSource], View>, 'name' | 'view'> & {
      readonly from: readonly [Pick<OneSource, 'category' | 'formerly'>]
    },
  ) =>
  (id: string): TE.TaskEither<WayError, View> =>
    F.pipe(
      TE.fromEither(Aggregate.streams(projection.from[0], id)),
      TE.chainW(TE.traverseSeqArray(Views.make(projection, store).get)),
      TE.chainW((found) =>
        F.pipe(
          found.find(O.isSome) ?? O.none,
          TE.fromOption(() => notFound(`${projection.from[0].category} ${id}`)),
        ),
      ),
    )
