import {
  type Application,
  type ApplicationStore,
  type InvalidApplication,
  makeApplication,
  type StartError,
} from '@foldlog/application'
import { Aggregate, type Command, EventCodec, type FoldlogError, type InlineStore } from '@foldlog/core'
import type { DispatchError, Dispatched, LoadError, Loaded } from '@foldlog/dispatcher'
import { type AnyProcessManager, EventHandler, ProcessManager, Reaction, type Views } from '@foldlog/subscriptions'
import { expectTypeOf } from 'expect-type'
import { either as E, readerTaskEither as RTE, type taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import {
  type ItemEvent,
  inlineOrders,
  item,
  type Order,
  type OrderEvent,
  order,
  orders,
  place,
  type Refused,
  shipping,
} from './shop.ts'

declare const store: ApplicationStore
declare const inlineStore: ApplicationStore & InlineStore

const application = makeApplication({
  store,
  aggregates: [order, item],
  handlers: [orders, shipping],
  env: { priceOf: () => 1 },
  middleware: (next) => (command, context) => next(command, { ...context, user: { name: 'Ada' } }),
})

expectTypeOf(application).toEqualTypeOf<Application<typeof order | typeof item, ApplicationStore>>()
expectTypeOf(application.dispatch(place('a'))).toEqualTypeOf<
  TE.TaskEither<DispatchError | Refused, Dispatched<OrderEvent>>
>()
expectTypeOf(application.dispatch({ type: 'Price', data: { item: 'a' } })).toEqualTypeOf<
  TE.TaskEither<DispatchError, Dispatched<ItemEvent>>
>()
expectTypeOf(application.load(order, 'a')).toEqualTypeOf<TE.TaskEither<LoadError, Loaded<Order>>>()
expectTypeOf(application.views(orders)).toEqualTypeOf<Views<string, string>>()

// A server that cannot listen ends `run` with its own error.
declare const listening: TE.TaskEither<'port taken', { readonly stop: () => Promise<void> }>
expectTypeOf(application.run(new AbortController().signal, listening)).toEqualTypeOf<
  TE.TaskEither<StartError | 'port taken', void>
>()

// @ts-expect-error no aggregate has this command
application.dispatch({ type: 'Cancel', data: { id: 'a' } })

// @ts-expect-error the effect of items needs prices
makeApplication({ store, aggregates: [order, item] })

// @ts-expect-error these are no prices
makeApplication({ store, aggregates: [item], env: { priceOf: 1 } })

// The effects of handlers need their environment, too.
const mails = EventHandler.make({
  name: 'mails',
  from: [order],
  start: 'now',
  handle: () => RTE.asks((env: { readonly send: () => void }) => env.send()),
})
makeApplication({ store, aggregates: [order], handlers: [mails, orders], env: { send: () => {} } })
makeApplication({ store, aggregates: [item], handlers: [mails], env: { send: () => {}, priceOf: () => 1 } })
// @ts-expect-error: no environment for the handler
makeApplication({ store, aggregates: [order], handlers: [mails, orders] })
// @ts-expect-error: no environment for the decision
makeApplication({ store, aggregates: [item], handlers: [mails], env: { send: () => {} } })

makeApplication({ store, aggregates: [order] })

// @ts-expect-error the process manager sends Ship, which no aggregate has
makeApplication({ store, aggregates: [item], handlers: [shipping], env: { priceOf: () => 1 } })

const misspelt = ProcessManager.make({
  name: 'misspelt',
  from: [order],
  start: 'origin',
  key: ({ stream }) => stream,
  state: t.string,
  initialState: '',
  evolve: (state) => state,
  react: () => [Reaction.send({ type: 'Ship' as const, data: { order: 'a' } })],
})

// @ts-expect-error the data of its command are not those of Ship
makeApplication({ store, aggregates: [order], handlers: [misspelt] })

const parcel = Aggregate.make({ ...order, commands: ['Place', 'Ship'], category: 'parcel' })

// @ts-expect-error two aggregates have the commands Place and Ship
makeApplication({ store, aggregates: [order, parcel] })

// @ts-expect-error this store cannot write inline views
makeApplication({ store, aggregates: [order], inlineProjections: [inlineOrders] })

const withInline = makeApplication({ store: inlineStore, aggregates: [order], inlineProjections: [inlineOrders] })
expectTypeOf(withInline.store).toEqualTypeOf<ApplicationStore & InlineStore>()

// Of a list whose types are lost, nothing is known at compile time.
declare const some: ReadonlyArray<AnyProcessManager>
makeApplication({ store, aggregates: [order], handlers: some })

// `describeError` knows every error of this package.
expectTypeOf<InvalidApplication | StartError>().toMatchTypeOf<FoldlogError>()

const CountEvent = EventCodec.make({ Counted: t.strict({}) })
const anything = Aggregate.make({
  category: 'anything',
  commands: ['Count'],
  id: (_: Command<'Count', null>) => 'a',
  events: CountEvent,
  decider: { initialState: 0, evolve: (count: number) => count + 1, decide: () => E.right([]) },
})
makeApplication({ store, aggregates: [anything, order] })
