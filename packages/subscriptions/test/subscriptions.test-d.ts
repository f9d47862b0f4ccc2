import { Aggregate, EventCodec, type EventOf, type FoldlogError, type ViewDecodeFailure } from '@foldlog/core'
import { makeMemoryStore } from '@foldlog/memory-store'
import {
  BatchHandler,
  type EventFrom,
  EventHandler,
  type HandlerFailure,
  type HandlersTimedOut,
  InlineProjection,
  makeHandlerRuntime,
  makeInlineProjections,
  ParkedEvent,
  ProcessManager,
  Projection,
  Reaction,
  type UnknownHandler,
  Views,
} from '@foldlog/subscriptions'
import { expectTypeOf } from 'expect-type'
import { either as E, type option as O, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'

const Account = EventCodec.make({ Opened: t.strict({ owner: t.string }), Deposited: t.strict({ amount: t.number }) })
const Order = EventCodec.make({ Placed: t.strict({ total: t.number }) })

const accounts = { category: 'account', events: Account } as const
const orders = { category: 'order', events: Order } as const

// Events are the union of those of all sources.
expectTypeOf<EventFrom<[typeof accounts, typeof orders]>['type']>().toEqualTypeOf<'Opened' | 'Deposited' | 'Placed'>()

EventHandler.make({
  name: 'a',
  from: [accounts, orders],
  start: 'origin',
  handle: ({ event, position }, { signal, attempt }) => {
    expectTypeOf(event).toEqualTypeOf<EventOf<typeof Account> | EventOf<typeof Order>>()
    expectTypeOf(position).toEqualTypeOf<number>()
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
    expectTypeOf(attempt).toEqualTypeOf<number>()
    return TE.right(undefined)
  },
})

// An aggregate is a source.
const aggregate = Aggregate.make({
  category: 'account',
  commands: ['Open'],
  id: (_: { readonly type: 'Open'; readonly data: { readonly id: string } }) => 'x',
  events: Account,
  decider: { initialState: 0, evolve: (n: number, _: EventOf<typeof Account>) => n, decide: () => E.right([]) },
})
EventHandler.make({
  name: 'a',
  from: [aggregate],
  start: 'origin',
  handle: ({ event }) => {
    expectTypeOf(event.type).toEqualTypeOf<'Opened' | 'Deposited'>()
    return TE.right(undefined)
  },
})

// The fold gets views as the codec of the view decodes them.
const balances = Projection.make({
  name: 'balances',
  version: 2,
  from: [accounts],
  view: t.number,
  key: ({ stream, event }) => {
    expectTypeOf(event.type).toEqualTypeOf<'Opened' | 'Deposited'>()
    return stream
  },
  project: (balance, { event }, key) => {
    expectTypeOf(balance).toEqualTypeOf<number | undefined>()
    expectTypeOf(key).toEqualTypeOf<string>()
    return event.type === 'Deposited' ? (balance ?? 0) + event.data.amount : undefined
  },
})

const view = Views.make(balances, makeMemoryStore()).get('x')
expectTypeOf(view).returns.resolves.extract<E.Right<unknown>>().toEqualTypeOf<E.Right<O.Option<number>>>()

// The fields of a query are those of the stored form, and their values have its types.
const StayView = t.intersection([
  t.strict({ nights: t.number, status: t.union([t.literal('booked'), t.literal('left')]), tags: t.array(t.string) }),
  t.partial({ guest: t.strict({ name: t.string, vip: t.union([t.boolean, t.null]) }) }),
])
const stays = Views.make({ name: 'stays', view: StayView }, makeMemoryStore())
stays.list({ where: { nights: 3, 'guest.name': { startsWith: 'A' }, 'guest.vip': null, status: 'left' } })
stays.list({ order: ['nights', { field: 'guest.name', direction: 'descending' }], direction: 'ascending' })
stays.count({ where: { nights: { atLeast: 1, lessThan: 3 } }, from: 'a' })
// @ts-expect-error: a wrong field
stays.list({ order: ['night'] })
// @ts-expect-error: a wrong nested field
stays.list({ where: { 'guest.nam': 'Ada' } })
// @ts-expect-error: elements of lists are no fields
stays.list({ order: ['tags.0'] })
// @ts-expect-error: the value of another type
stays.list({ where: { nights: '3' } })
// @ts-expect-error: the range of another type
stays.list({ where: { nights: { atLeast: '3' } } })
// @ts-expect-error: no value of the field
stays.list({ where: { status: 'gone' } })
// @ts-expect-error: numbers begin with nothing
stays.list({ where: { nights: { startsWith: '3' } } })
// @ts-expect-error: a count has no order
stays.count({ order: ['nights'] })

// A projection keeps the stored form of its views; a dotted name and an unknown form take any text.
const stored = Projection.make({
  name: 'stored',
  indexes: ['day', ['day', 'of.x']],
  from: [accounts],
  view: t.strict({ day: t.string, of: t.record(t.string, t.number) }),
  key: ({ stream }) => stream,
  project: () => undefined,
})
Views.make(stored, makeMemoryStore()).list({ where: { day: { atLeast: '2026' }, 'of.x': 1 } })
// @ts-expect-error: a wrong field of a projection
Views.make(stored, makeMemoryStore()).list({ order: ['days'] })
Projection.make({
  name: 'stored',
  from: [accounts],
  view: t.strict({ day: t.string }),
  // @ts-expect-error: a wrong field of an index
  indexes: [['day', 'night']],
  key: ({ stream }) => stream,
  project: () => undefined,
})
Views.make<number>(balances, makeMemoryStore()).list({ where: { anything: 1 }, order: ['any.thing'] })

Projection.make({
  name: 'x',
  from: [accounts],
  view: t.number,
  key: ({ stream }) => stream,
  // @ts-expect-error: it is no number
  project: () => 'text',
})

EventHandler.make({
  name: 'x',
  // @ts-expect-error: a handler with effects cannot be rebuilt, so it has no version
  version: 2,
  from: [accounts],
  start: 'origin',
  handle: () => TE.right(undefined),
})

// A batch is never empty, and its events are those of all sources, each with its position.
const mailed = BatchHandler.make({
  name: 'mailed',
  from: [accounts, orders],
  start: 'origin',
  partitions: 4,
  lane: ({ event }) => {
    expectTypeOf(event).toEqualTypeOf<EventOf<typeof Account> | EventOf<typeof Order>>()
    return event.type
  },
  handle: (events, { signal }) => {
    expectTypeOf(events[0].event.type).toEqualTypeOf<'Opened' | 'Deposited' | 'Placed'>()
    expectTypeOf(events[0].position).toEqualTypeOf<number>()
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
    return TE.left('busy' as const)
  },
})
expectTypeOf(mailed.handle).returns.returns.resolves.extract<E.Left<unknown>>().toEqualTypeOf<E.Left<'busy'>>()

BatchHandler.make({
  name: 'x',
  from: [accounts],
  start: 'origin',
  // @ts-expect-error: events are not delivered one by one
  handle: ({ event }) => TE.right(event),
})

BatchHandler.make({
  name: 'x',
  // @ts-expect-error: a handler with effects cannot be rebuilt, so it has no version
  version: 2,
  from: [accounts],
  start: 'origin',
  handle: () => TE.right(undefined),
})

const counting = { state: t.number, initialState: 0, evolve: (n: number) => n, react: () => [] }

// Effects cannot be taken back, so a handler with effects says where it starts. Projections begin at the origin.
// @ts-expect-error: no start
EventHandler.make({ name: 'x', from: [accounts], handle: () => TE.right(undefined) })
// @ts-expect-error: no start
BatchHandler.make({ name: 'x', from: [accounts], handle: () => TE.right(undefined) })
// @ts-expect-error: no start
ProcessManager.make({ name: 'x', from: [accounts], key: () => 'x', ...counting })

// Before an event is stored, its position and time are unknown.
const owners = InlineProjection.make({
  name: 'owners',
  from: [accounts],
  view: t.number,
  key: (event) => {
    expectTypeOf(event).not.toHaveProperty('position')
    expectTypeOf(event).not.toHaveProperty('version')
    expectTypeOf(event).not.toHaveProperty('recordedAt')
    expectTypeOf(event.event.type).toEqualTypeOf<'Opened' | 'Deposited'>()
    return event.stream
  },
  project: (view, event, key) => {
    expectTypeOf(view).toEqualTypeOf<number | undefined>()
    expectTypeOf(event).not.toHaveProperty('position')
    expectTypeOf(key).toEqualTypeOf<string>()
    return 1
  },
})

InlineProjection.make({
  name: 'x',
  from: [accounts],
  view: t.number,
  key: ({ stream }) => stream,
  // @ts-expect-error: no position yet
  project: (_, { position }) => position,
})

// It runs like any other projection; not every other one runs inline.
makeHandlerRuntime({ store: makeMemoryStore(), handlers: [owners, mailed] })
makeInlineProjections({ store: makeMemoryStore(), projections: [owners] })
// @ts-expect-error: its functions may read the position
makeInlineProjections({ store: makeMemoryStore(), projections: [balances] })

// Commands of reactions are those of the manager.
type Ship = { readonly type: 'Ship'; readonly data: { readonly id: string } }
ProcessManager.make({
  name: 'shipping',
  from: [orders, accounts],
  start: 'origin',
  state: t.number,
  initialState: 0,
  key: ({ stream }) => stream,
  evolve: (n, input) => {
    expectTypeOf(n).toEqualTypeOf<number>()
    return input._tag === 'EventHappened' && input.event.event.type === 'Placed' ? n + input.event.event.data.total : n
  },
  react: (_, input): ReadonlyArray<Reaction<Ship>> => {
    if (input._tag === 'TimerFired') expectTypeOf(input.dueAt).toEqualTypeOf<Date>()
    return [Reaction.send({ type: 'Ship', data: { id: '1' } }), Reaction.end, Reaction.cancel('x')]
  },
})

// With its targets, a rejected command is one of theirs, wherever the functions are written.
type Reorder = { readonly type: 'Order'; readonly data: { readonly n: number } }
const stock = Aggregate.make({
  category: 'stock',
  commands: ['Order'],
  id: (_: Reorder) => 'x',
  events: Order,
  decider: { initialState: 0, evolve: (n: number, _: EventOf<typeof Order>) => n, decide: () => E.right([]) },
})
const ordering = ProcessManager.make({
  name: 'ordering',
  from: [orders],
  start: 'origin',
  to: [aggregate, stock],
  state: t.number,
  initialState: 0,
  key: ({ stream }) => stream,
  evolve: (n, input) => {
    if (input._tag === 'CommandRejected') expectTypeOf(input.command.type).toEqualTypeOf<'Open' | 'Order'>()
    if (input._tag === 'EventHappened') expectTypeOf(input.event.event.type).toEqualTypeOf<'Placed'>()
    return n
  },
  react: (n, input) => {
    if (input._tag !== 'CommandRejected') return [Reaction.send({ type: 'Order', data: { n } })]
    const { command } = input
    if (command.type === 'Open') return [Reaction.end]
    expectTypeOf(command).toEqualTypeOf<Reorder>()
    return [Reaction.send({ type: 'Order', data: { n: command.data.n + 1 } }), Reaction.cancel('x')]
  },
})
expectTypeOf(ordering.react).returns.items.extract<{ _tag: 'Send' }>().toHaveProperty('command')

ProcessManager.make({
  name: 'ordering',
  from: [orders],
  start: 'origin',
  // @ts-expect-error: none of its targets takes what it sends
  to: [stock],
  state: t.number,
  initialState: 0,
  key: ({ stream }) => stream,
  evolve: (n) => n,
  react: () => [Reaction.send({ type: 'Open', data: { id: '1' } })],
})

// @ts-expect-error: no such command
const wrong: Reaction<Ship> = Reaction.send({ type: 'Sink', data: { id: '1' } })
expectTypeOf(wrong).toEqualTypeOf<Reaction<Ship>>()

expectTypeOf<HandlersTimedOut['late']>().toEqualTypeOf<ReadonlyArray<string>>()
expectTypeOf(ParkedEvent.retry).returns.returns.resolves.extract<E.Right<unknown>>().toEqualTypeOf<E.Right<boolean>>()

// `describeError` knows every error of this package.
expectTypeOf<HandlersTimedOut | UnknownHandler | ViewDecodeFailure | HandlerFailure>().toMatchTypeOf<FoldlogError>()
