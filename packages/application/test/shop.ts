import { Aggregate, EventCodec, type EventOf } from '@foldlog/core'
import { InlineProjection, ProcessManager, Projection, Reaction } from '@foldlog/subscriptions'
import { either as E, readerTaskEither as RTE } from 'fp-ts'
import * as t from 'io-ts'

/** Orders that a process ships: small enough to see what the application does with them. */
export const OrderEvent = EventCodec.make({ Placed: t.strict({ by: t.string }), Shipped: t.strict({}) })
export type OrderEvent = EventOf<typeof OrderEvent>
export type OrderCommand =
  | { readonly type: 'Place'; readonly data: { readonly id: string; readonly by: string } }
  | { readonly type: 'Ship'; readonly data: { readonly id: string } }
export type Order = 'none' | 'placed' | 'shipped'
export interface Refused {
  readonly _tag: 'Refused'
}

export const order = Aggregate.make({
  category: 'order',
  commands: ['Place', 'Ship'],
  id: ({ data }: OrderCommand) => data.id,
  events: OrderEvent,
  decider: {
    initialState: 'none' as Order,
    evolve: (_: Order, { type }: OrderEvent): Order => (type === 'Placed' ? 'placed' : 'shipped'),
    decide: (command: OrderCommand, state: Order): E.Either<Refused, ReadonlyArray<OrderEvent>> => {
      if (command.type === 'Place')
        return state === 'none'
          ? E.right([{ type: 'Placed', data: { by: command.data.by } }])
          : E.left({ _tag: 'Refused' })
      return state === 'placed' ? E.right([{ type: 'Shipped', data: {} }]) : E.right([])
    },
  },
})

export interface Prices {
  readonly priceOf: (item: string) => number
}

export const ItemEvent = EventCodec.make({ Priced: t.strict({ cents: t.number }) })
export type ItemEvent = EventOf<typeof ItemEvent>
export interface PriceCommand {
  readonly type: 'Price'
  readonly data: { readonly item: string }
}

/** Items whose prices an effect finds, in an environment. */
export const item = Aggregate.make({
  category: 'item',
  commands: ['Price'],
  id: ({ data }: PriceCommand) => data.item,
  events: ItemEvent,
  decider: {
    initialState: 0,
    evolve: (_: number, { data }: ItemEvent) => data.cents,
    decide: (_: PriceCommand, __: number): E.Either<never, ReadonlyArray<ItemEvent>> => E.right([]),
  },
  effects: {
    Price: ({ data }: PriceCommand, _: number) =>
      RTE.asks(
        ({ priceOf }: Prices): ReadonlyArray<ItemEvent> => [{ type: 'Priced', data: { cents: priceOf(data.item) } }],
      ),
  },
})

export const shipping = ProcessManager.make({
  name: 'shipping',
  from: [order],
  to: [order],
  start: 'origin',
  key: ({ stream }) => stream,
  state: t.string,
  initialState: '',
  evolve: (_, input) => (input._tag === 'EventHappened' ? input.event.stream : ''),
  react: (stream, input) =>
    input._tag === 'EventHappened' && input.event.event.type === 'Placed'
      ? [Reaction.send({ type: 'Ship' as const, data: { id: stream.slice('order-'.length) } })]
      : [Reaction.end],
})

export const orders = Projection.make({
  name: 'orders',
  from: [order],
  view: t.string,
  key: ({ stream }) => stream,
  project: (_, { event }) => event.type,
})

export const inlineOrders = InlineProjection.make({
  name: 'inlineOrders',
  from: [order],
  view: t.string,
  key: ({ stream }) => stream,
  project: (_, { event }) => event.type,
})

export const place = (id: string): OrderCommand => ({ type: 'Place', data: { id, by: 'Ada' } })
