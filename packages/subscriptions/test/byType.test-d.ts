import { EventCodec, type HandlerTransactions } from '@foldlog/core'
import { makeMemoryStore } from '@foldlog/memory-store'
import {
  BatchHandler,
  type CommandSentBy,
  type EnvOfHandlers,
  EventHandler,
  InlineProjection,
  makeHandlerRuntime,
  ProcessManager,
  type ProcessStep,
  Projection,
  Reaction,
  TransactionalHandler,
} from '@foldlog/subscriptions'
import { expectTypeOf } from 'expect-type'
import { readerTaskEither as RTE, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'

const Opened = t.strict({ owner: t.string })
const Deposited = t.strict({ amount: t.number })
const accounts = { category: 'account', events: EventCodec.make({ Opened, Deposited }) } as const
const orders = { category: 'order', events: EventCodec.make({ Placed: t.strict({ total: t.number }) }) } as const
type Opened = { readonly type: 'Opened'; readonly data: { owner: string } }
type Deposited = { readonly type: 'Deposited'; readonly data: { amount: number } }
type Placed = { readonly type: 'Placed'; readonly data: { total: number } }

const common = { name: 'x', from: [accounts, orders], start: 'now' } as const
declare const transactions: HandlerTransactions<Array<string>>
const done = TE.right(undefined)

type ErrorOf<H> = H extends EventHandler<infer _From, infer Err, infer _Env> ? Err : never
type EnvOf<H> = H extends EventHandler<infer _From, infer _Err, infer Env> ? Env : never

// Each case sees its own event, with the envelope.
const mails = EventHandler.byType({
  ...common,
  lane: ({ event }) => {
    // Only events that have a case.
    expectTypeOf(event).toEqualTypeOf<Opened | Placed>()
    return event.type
  },
  on: {
    Opened: ({ event, effectId, position }, { signal, attempt }) => {
      expectTypeOf(event).toEqualTypeOf<Opened>()
      expectTypeOf(effectId).toEqualTypeOf<string>()
      expectTypeOf(position).toEqualTypeOf<number>()
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
      expectTypeOf(attempt).toEqualTypeOf<number>()
      return TE.left('busy' as const)
    },
    Placed: ({ event }) => {
      expectTypeOf(event).toEqualTypeOf<Placed>()
      return event.data.total > 0 ? TE.right(1) : TE.left({ _tag: 'Empty' } as const)
    },
  },
})
expectTypeOf<EnvOf<typeof mails>>().toEqualTypeOf<unknown>()

// A type that no source has does not compile.
EventHandler.byType({
  ...common,
  // @ts-expect-error: no such event
  on: { Openend: () => done, Placed: () => done },
})
Projection.byType({
  name: 'x',
  from: [accounts],
  view: t.number,
  key: ({ stream }) => stream,
  // @ts-expect-error: no such event
  on: { Openend: () => 1, Opened: () => 1 },
})
TransactionalHandler.byType({
  ...common,
  transactions,
  // @ts-expect-error: no such event
  on: { Openend: () => done, Placed: () => done },
})
// @ts-expect-error: neither `on` nor `handle`
EventHandler.make({ ...common })
EventHandler.byType({
  ...common,
  on: { Opened: () => done },
  // @ts-expect-error: both
  handle: () => done,
})

// `types` narrows all functions of a handler.
EventHandler.make({
  ...common,
  types: ['Opened', 'Placed'],
  lane: ({ event }) => {
    expectTypeOf(event).toEqualTypeOf<Opened | Placed>()
    return event.type
  },
  handle: ({ event }) => {
    expectTypeOf(event).toEqualTypeOf<Opened | Placed>()
    return done
  },
})
BatchHandler.make({
  ...common,
  types: ['Placed'],
  handle: ([first]) => {
    expectTypeOf(first.event).toEqualTypeOf<Placed>()
    return done
  },
})
TransactionalHandler.make({
  ...common,
  transactions,
  types: ['Deposited'],
  handle: (rows, events) => {
    expectTypeOf(rows).toEqualTypeOf<Array<string>>()
    expectTypeOf(events).items.toHaveProperty('event').toEqualTypeOf<Deposited>()
    return done
  },
})
Projection.make({
  name: 'x',
  from: [accounts],
  types: ['Deposited'],
  view: t.number,
  key: ({ event }) => `${event.data.amount}`,
  project: (sum, { event }) => (sum ?? 0) + event.data.amount,
})
EventHandler.make({
  ...common,
  // @ts-expect-error: no such event
  types: ['Openend'],
  handle: () => done,
})

// Cases within a transaction.
const rows = TransactionalHandler.byType({
  ...common,
  transactions,
  on: {
    Opened: (transaction, { event }) => {
      expectTypeOf(transaction).toEqualTypeOf<Array<string>>()
      expectTypeOf(event).toEqualTypeOf<Opened>()
      return TE.left('full' as const)
    },
  },
})
expectTypeOf(rows.transactions).toEqualTypeOf<HandlerTransactions<Array<string>>>()

// Cases of projections. The literals of a view need no annotation.
const View = t.strict({ status: t.keyof({ open: null, rich: null }), cents: t.number })
const views = Projection.byType({
  name: 'x',
  from: [accounts],
  view: View,
  key: ({ stream }) => stream,
  on: {
    Opened: (view, { event }, key) => {
      expectTypeOf(view).toEqualTypeOf<t.TypeOf<typeof View> | undefined>()
      expectTypeOf(event).toEqualTypeOf<Opened>()
      expectTypeOf(key).toEqualTypeOf<string>()
      return { status: 'open', cents: 0 }
    },
    Deposited: (view, { event }) => view && { status: 'rich', cents: view.cents + event.data.amount },
  },
})
Projection.byType({
  name: 'x',
  from: [accounts, orders],
  view: t.number,
  key: ({ event }) => {
    expectTypeOf(event).toEqualTypeOf<Deposited | Placed>()
    return event.type
  },
  on: {
    Deposited: (sum, { event }) => {
      expectTypeOf(event).toEqualTypeOf<Deposited>()
      return sum
    },
    Placed: (sum) => sum,
  },
})
expectTypeOf(views.project).returns.toEqualTypeOf<t.TypeOf<typeof View> | undefined>()
Projection.byType({
  name: 'x',
  from: [accounts],
  view: View,
  key: ({ stream }) => stream,
  // @ts-expect-error: no such status
  on: { Opened: () => ({ status: 'poor', cents: 0 }) },
})
InlineProjection.byType({
  name: 'x',
  from: [accounts],
  view: t.number,
  key: (event) => {
    expectTypeOf(event).not.toHaveProperty('position')
    expectTypeOf(event.event).toEqualTypeOf<Deposited>()
    return event.stream
  },
  on: {
    Deposited: (cents, event) => {
      expectTypeOf(event).not.toHaveProperty('position')
      expectTypeOf(event.event).toEqualTypeOf<Deposited>()
      return (cents ?? 0) + event.event.data.amount
    },
  },
})

// A process manager, with a case for each type of its inputs.
type Ship = { readonly type: 'Ship'; readonly data: { readonly order: string } }
type Refund = { readonly type: 'Refund'; readonly data: { readonly cents: number; readonly why: 'late' | 'sold' } }
const shipping = { id: ({ data }: Ship) => data.order }
const payment = { id: (_: Refund) => 'x' }
const State = t.strict({ order: t.string, paid: t.boolean })
type State = t.TypeOf<typeof State>

const process = ProcessManager.byType({
  ...common,
  to: [shipping, payment],
  key: ({ stream }) => stream,
  state: State,
  begin: {
    Placed: (event) => {
      expectTypeOf(event.event).toEqualTypeOf<Placed>()
      return { state: { order: event.stream, paid: false }, do: [Reaction.scheduleIn('unpaid', event, 600_000)] }
    },
  },
  on: {
    Deposited: (state, { event }) => {
      expectTypeOf(state).toEqualTypeOf<State>()
      expectTypeOf(event).toEqualTypeOf<Deposited>()
      return { state: { ...state, paid: true }, do: [Reaction.send({ type: 'Ship', data: { order: state.order } })] }
    },
    Opened: (state) => ({ state }),
  },
  timers: {
    unpaid: (state, timer) => {
      expectTypeOf(state).toEqualTypeOf<State>()
      expectTypeOf(timer.dueAt).toEqualTypeOf<Date>()
      return [Reaction.send({ type: 'Refund', data: { cents: 1, why: 'late' } }), Reaction.end]
    },
  },
  rejected: {
    Ship: (state, { command, error }) => {
      expectTypeOf(state).toEqualTypeOf<State>()
      expectTypeOf(command).toEqualTypeOf<Ship>()
      expectTypeOf(error).toEqualTypeOf<unknown>()
      return []
    },
  },
})
expectTypeOf(process.step).parameter(0).toEqualTypeOf<State | undefined>()
expectTypeOf(process.step).returns.toEqualTypeOf<ProcessStep<Ship | Refund, State>>()

const options = { ...common, to: [shipping, payment], key: () => 'x', state: State } as const
const began = { state: { order: 'x', paid: false } }
ProcessManager.byType({
  ...options,
  begin: { Placed: () => began },
  rejected: (_, { command }) => {
    expectTypeOf(command).toEqualTypeOf<Ship | Refund>()
    return [Reaction.end]
  },
})
ProcessManager.byType({
  ...options,
  begin: { Placed: () => began },
  // @ts-expect-error: no such event
  on: { Openend: () => [], Opened: () => [] },
})
ProcessManager.byType({
  ...options,
  begin: { Placed: () => began },
  // @ts-expect-error: none of its targets takes such a command
  on: { Opened: () => [Reaction.send({ type: 'Sink', data: { order: 'x' } })] },
})
ProcessManager.byType({
  ...options,
  begin: { Placed: () => began },
  // @ts-expect-error: no such command
  rejected: { Sink: () => [] },
})
ProcessManager.byType({
  ...options,
  begin: { Placed: () => began },
  on: { Opened: (_, event) => [Reaction.scheduleIn('unpaid', event, 5)] },
  // @ts-expect-error: no case for the timer `unpaid`
  timers: { unpayed: () => [Reaction.end] },
})
// @ts-expect-error: no case for the timer `unpaid`
ProcessManager.byType({ ...options, begin: { Placed: (event) => [Reaction.scheduleIn('unpaid', event, 5)] } })

// `types` narrows a process manager with `evolve` and `react`, too.
ProcessManager.make({
  ...common,
  types: ['Placed'],
  key: ({ event }) => `${event.data.total}`,
  state: t.number,
  initialState: 0,
  evolve: (n, input) => (input._tag === 'EventHappened' ? n + input.event.event.data.total : n),
  react: () => [],
})

// Effects may need an environment.
interface Mailer {
  readonly send: (to: string) => TE.TaskEither<'refused', void>
}
const mailing = EventHandler.make({
  ...common,
  handle:
    ({ stream }) =>
    (env: { readonly mailer: Mailer }) =>
      env.mailer.send(stream),
})
expectTypeOf<ErrorOf<typeof mailing>>().toEqualTypeOf<'refused'>()
expectTypeOf<EnvOf<typeof mailing>>().toEqualTypeOf<{ readonly mailer: Mailer }>()
const both = EventHandler.byType({
  ...common,
  on: {
    Opened:
      ({ stream }) =>
      (env: { readonly mailer: Mailer }) =>
        env.mailer.send(stream),
    Placed: () => RTE.asks((env: { readonly log: (line: string) => void }) => env.log('placed')),
    Deposited: () => done,
  },
})
type Both = { readonly mailer: Mailer } & { readonly log: (line: string) => void }
expectTypeOf<EnvOf<typeof both>>().toEqualTypeOf<Both>()

// The runtime requires the environment of all handlers, and only when one of them needs one.
expectTypeOf<EnvOfHandlers<typeof both | typeof mailing | typeof views>>().toEqualTypeOf<Both>()
expectTypeOf<EnvOfHandlers<typeof mails | typeof views>>().toEqualTypeOf<unknown>()
const store = makeMemoryStore()
const mailer: Mailer = { send: () => TE.right(undefined) }
makeHandlerRuntime({ store, handlers: [mails, views] })
makeHandlerRuntime({ store, handlers: [both, mailing], env: { mailer, log: (_: string) => {} } })
// @ts-expect-error: no environment
makeHandlerRuntime({ store, handlers: [both, views] })
// @ts-expect-error: not all of the environment
makeHandlerRuntime({ store, handlers: [both, mailing], env: { mailer } })

// And `dispatch` must take the commands of the cases.
expectTypeOf<CommandSentBy<typeof process>>().toEqualTypeOf<Ship | Refund>()
makeHandlerRuntime({ store, handlers: [process], dispatch: (_: Ship | Refund) => TE.right(undefined) })
// @ts-expect-error: no dispatch
makeHandlerRuntime({ store, handlers: [process] })
// @ts-expect-error: a dispatch of other commands
makeHandlerRuntime({ store, handlers: [process], dispatch: (_: Ship) => TE.right(undefined) })
