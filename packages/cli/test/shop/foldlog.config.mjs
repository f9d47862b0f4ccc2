// A shop for the tests of the command line: carts, a view of them, and a process with a timer.
import { Aggregate, CommandCodec, EventCodec } from '@foldlog/core'
import { ProcessManager, Projection, Reaction } from '@foldlog/subscriptions'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

export const cart = Aggregate.make({
  category: 'cart',
  commands: CommandCodec.make({ CheckOut: t.strict({ cart: t.string }) }),
  events: EventCodec.make({
    ItemAdded: EventCodec.upcast(2, t.strict({ item: t.string, quantity: t.number }), ({ item }) => ({
      item,
      quantity: 1,
    }))(EventCodec.version(1, t.strict({ item: t.string }))),
    CheckedOut: t.strict({}),
  }),
  id: ({ data }) => data.cart,
  decider: {
    initialState: { items: {}, open: true },
    evolve: (state, { type, data }) =>
      type === 'CheckedOut'
        ? { ...state, open: false }
        : { ...state, items: { ...state.items, [data.item]: data.quantity } },
    decide: (_, { open }) => (open ? E.right([{ type: 'CheckedOut', data: {} }]) : E.left('closed')),
  },
})

export const carts = Projection.make({
  name: 'carts',
  from: [cart],
  view: t.strict({ items: t.number }),
  key: ({ stream }) => stream,
  project: (view = { items: 0 }, { event }) =>
    event.type === 'ItemAdded' ? { items: view.items + event.data.quantity } : view,
})

export const reminders = ProcessManager.make({
  name: 'reminders',
  from: [cart],
  start: 'origin',
  state: t.string,
  initialState: '',
  key: ({ stream, event }) => (event.type === 'CheckedOut' ? stream : undefined),
  evolve: (state, input) => (input._tag === 'EventHappened' ? input.event.stream : state),
  react: (_, input) =>
    input._tag === 'EventHappened' ? [Reaction.schedule('remind', new Date('2100-01-01T00:00:00Z'))] : [],
})

export default { title: 'shop', aggregates: [cart], handlers: [carts, reminders] }
