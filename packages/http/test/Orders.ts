import { Aggregate, EventCodec, type EventOf } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { forbidden, Responder, Route, Routes, unauthorized } from '@foldlog/http'
import { makeMemoryStore } from '@foldlog/memory-store'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'

/** A small shop for tests of routes: orders that are made, filled, and sent. */
interface OrderIdBrand {
  readonly OrderId: unique symbol
}
export const OrderId = t.brand(
  t.string,
  (id): id is t.Branded<string, OrderIdBrand> => /^[\w-]{1,40}$/.test(id),
  'OrderId',
)
export type OrderId = t.TypeOf<typeof OrderId>

const OrderEvent = EventCodec.make({
  Made: t.strict({ note: t.string }),
  Added: t.strict({ pieces: t.Int }),
  Sent: t.strict({}),
})
type OrderEvent = EventOf<typeof OrderEvent>

export type OrderCommand =
  | { readonly type: 'Make'; readonly data: { readonly id: OrderId; readonly note: string } }
  | { readonly type: 'Add'; readonly data: { readonly id: OrderId; readonly pieces: number } }
  | { readonly type: 'Send'; readonly data: { readonly id: OrderId } }

export type OrderError =
  | { readonly _tag: 'NoSuchOrder' }
  | { readonly _tag: 'OrderExists' }
  | { readonly _tag: 'OrderIsSent'; readonly pieces: number }

interface Order {
  readonly status: 'none' | 'open' | 'sent'
  readonly note: string
  readonly pieces: number
}

const evolve = (order: Order, event: OrderEvent): Order => {
  switch (event.type) {
    case 'Made':
      return { status: 'open', note: event.data.note, pieces: 0 }
    case 'Added':
      return { ...order, pieces: order.pieces + event.data.pieces }
    case 'Sent':
      return { ...order, status: 'sent' }
  }
}

const decide = (command: OrderCommand, order: Order): E.Either<OrderError, ReadonlyArray<OrderEvent>> => {
  if (command.type === 'Make')
    return order.status === 'none'
      ? E.right([{ type: 'Made', data: { note: command.data.note } }])
      : E.left({ _tag: 'OrderExists' })
  if (order.status === 'none') return E.left({ _tag: 'NoSuchOrder' })
  if (order.status === 'sent') return E.left({ _tag: 'OrderIsSent', pieces: order.pieces })
  return command.type === 'Add'
    ? E.right([{ type: 'Added', data: { pieces: command.data.pieces as t.Int } }]) // A body has integers only.
    : E.right([{ type: 'Sent', data: {} }])
}

export const order = Aggregate.make({
  category: 'order',
  commands: ['Make', 'Add', 'Send'],
  id: ({ data }: OrderCommand) => data.id,
  decider: { initialState: { status: 'none', note: '', pieces: 0 } as Order, evolve, decide },
  events: OrderEvent,
})

export const respond = Responder.make<OrderError>({
  NoSuchOrder: { status: 404, title: 'Order not found' },
  OrderExists: { status: 409, title: 'The order exists' },
  OrderIsSent: { status: 409, title: 'The order is sent', facts: ({ pieces }) => ({ pieces }) },
})

const orderDispatcher = (store: ReturnType<typeof makeMemoryStore>) => makeDispatcher({ store, aggregates: [order] })

export interface OrderEnvironment {
  readonly load: ReturnType<typeof orderDispatcher>['load']
}

const { command, query } = Route.of<{ command: OrderCommand; environment: OrderEnvironment }>()

export const makeOrder = command({
  name: 'makeOrder',
  path: '/orders',
  body: t.strict({ note: t.string }),
  creates: { order_id: OrderId },
  location: '/orders/{order_id}',
  errors: ['OrderExists'],
  to: ({ body, newId }) => ({ type: 'Make', data: { id: newId, note: body.note } }),
})

export const addPieces = command({
  name: 'addPieces',
  method: 'PATCH',
  path: '/orders/{order_id}',
  parameters: { order_id: OrderId },
  body: t.strict({ pieces: t.Int }),
  errors: ['NoSuchOrder', 'OrderIsSent'],
  to: ({ body: { pieces }, parameters: { order_id } }) => ({ type: 'Add', data: { id: order_id, pieces } }),
})

export const sendOrder = command({
  name: 'sendOrder',
  method: 'DELETE',
  path: '/orders/{order_id}',
  parameters: { order_id: OrderId },
  errors: ['NoSuchOrder', 'OrderIsSent'],
  to: ({ parameters: { order_id } }) =>
    order_id === 'kept' ? E.left(forbidden('This order is kept.')) : E.right({ type: 'Send', data: { id: order_id } }),
})

/** A number in a query. */
const Factor = new t.Type<number, string, unknown>(
  'Factor',
  t.number.is,
  (value, context) =>
    typeof value === 'string' && /^\d{1,3}$/.test(value) ? t.success(Number(value)) : t.failure(value, context),
  String,
)

export const showOrder = query({
  name: 'showOrder',
  path: '/orders/{order_id}',
  parameters: { order_id: OrderId },
  query: { times: t.union([Factor, t.undefined]) },
  answer: t.strict({ order_id: OrderId, status: t.string, note: t.string, pieces: t.number }),
  versioned: true,
  errors: ['NoSuchOrder', 'StreamDeleted'],
  handle: ({ parameters: { order_id }, query: { times = 1 } }, { load }) =>
    F.pipe(
      load(order, order_id),
      TE.chainW(({ state, version, history }) =>
        state.status === 'none'
          ? TE.left({ _tag: 'NoSuchOrder' as const })
          : TE.right({ body: { order_id, ...state, pieces: state.pieces * times }, version, history }),
      ),
    ),
})

export const orderRoutes = [makeOrder, addPieces, sendOrder, showOrder]

/** The routes on a store in memory. */
export const serveOrders = (store = makeMemoryStore()) => {
  const { dispatch, load } = orderDispatcher(store)
  const environment = {
    dispatch,
    load,
    respond,
    waitFor: () => TE.right(undefined),
    settledPosition: store.settledPosition,
  }
  return {
    store,
    environment,
    routes: Routes.make(environment, orderRoutes),
    withUsers: Routes.make(
      {
        ...environment,
        authenticate: (request: Request) => {
          const name = /^Bearer (\w+)$/.exec(request.headers.get('Authorization') ?? '')?.[1]
          return name === undefined ? TE.left(unauthorized()) : TE.right({ id: name })
        },
      },
      orderRoutes,
    ),
  }
}
