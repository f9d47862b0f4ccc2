import { makeApplication } from '@foldlog/application'
import { Aggregate, CommandCodec, EventCodec, EventId, type Json, type NewEvent, StreamName } from '@foldlog/core'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import type { OperatedDomain } from '@foldlog/operations'
import { ProcessManager, Projection, Reaction } from '@foldlog/subscriptions'
import { either as E, function as F, type taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'

/** Carts, a view of them, and a process that writes a note when a cart is checked out, and another one later. */
const CartCommand = CommandCodec.make({
  Add: t.strict({ cart: t.string, item: t.string, quantity: t.number }),
  CheckOut: t.strict({ cart: t.string }),
})

export const CartEvent = EventCodec.make({
  ItemAdded: F.pipe(
    EventCodec.version(1, t.strict({ item: t.string })),
    EventCodec.upcast(2, t.strict({ item: t.string, quantity: t.number }), ({ item }) => ({ item, quantity: 1 })),
  ),
  CheckedOut: t.strict({}),
})

interface Cart {
  readonly items: Readonly<Record<string, number>>
  readonly open: boolean
}

export const cart = Aggregate.make({
  category: 'cart',
  commands: CartCommand,
  events: CartEvent,
  id: ({ data }) => data.cart,
  decider: {
    initialState: { items: {}, open: true } as Cart,
    evolve: (state: Cart, event): Cart =>
      event.type === 'CheckedOut'
        ? { ...state, open: false }
        : { ...state, items: { ...state.items, [event.data.item]: event.data.quantity } },
    decide: (command, { open }) => {
      if (!open) return E.left('closed' as const)
      return command.type === 'CheckOut'
        ? E.right([{ type: 'CheckedOut' as const, data: {} }])
        : E.right([{ type: 'ItemAdded' as const, data: { item: command.data.item, quantity: command.data.quantity } }])
    },
  },
})

const NoteCommand = CommandCodec.make({ Note: t.strict({ id: t.string, text: t.string }) })

const NoteEvent = EventCodec.make({ Noted: t.strict({ text: t.string }) })

export const note = Aggregate.make({
  category: 'note',
  commands: NoteCommand,
  events: NoteEvent,
  id: ({ data }) => data.id,
  decider: {
    initialState: 0,
    evolve: (count: number) => count + 1,
    decide: ({ data }) => E.right([{ type: 'Noted' as const, data: { text: data.text } }]),
  },
})

export const carts = Projection.make({
  name: 'carts',
  from: [cart],
  view: t.strict({ items: t.number }),
  key: ({ stream }) => stream,
  project: (view, { event }) =>
    event.type === 'ItemAdded' ? { items: (view?.items ?? 0) + event.data.quantity } : (view ?? { items: 0 }),
})

export const reminders = ProcessManager.make({
  name: 'reminders',
  from: [cart],
  start: 'origin',
  to: [note],
  state: t.string,
  initialState: '',
  key: ({ stream, event }) => (event.type === 'CheckedOut' ? stream : undefined),
  evolve: (state: string, input) => (input._tag === 'EventHappened' ? input.event.stream : state),
  react: (state, input) => {
    const write = (text: string) => Reaction.send({ type: 'Note' as const, data: { id: state, text } })
    if (input._tag === 'EventHappened') return [write('thanks'), Reaction.schedule('again', input.event.recordedAt)]
    return input._tag === 'TimerFired' ? [write('again'), Reaction.end] : []
  },
})

export const domain: OperatedDomain = { aggregates: [cart, note], handlers: [carts, reminders] }

export const right = async <L, A>(task: TE.TaskEither<L, A>): Promise<A> => {
  const outcome = await task()
  if (E.isLeft(outcome)) throw new Error(JSON.stringify(outcome.left))
  return outcome.right
}

export const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 2))
}

export const streamOf = (name: string): StreamName => {
  const parsed = StreamName.parse(name)
  if (E.isLeft(parsed)) throw new Error(parsed.left.why)
  return parsed.right
}

export const nextId = EventId.source({ now: Date.now, random: Math.random })

export const stored = (type: string, data: Json, schemaVersion = 1, metadata = {}): NewEvent => ({
  id: nextId(),
  type,
  schemaVersion,
  data,
  metadata,
})

export const append = (store: MemoryStore, stream: string, ...events: ReadonlyArray<NewEvent>) =>
  right(store.append({ stream: streamOf(stream), expected: 'any', events }))

/** An application in memory, with handlers that run. */
export const running = async () => {
  const store = makeMemoryStore()
  const application = makeApplication({
    store,
    aggregates: [cart, note],
    handlers: [carts, reminders],
    limits: { handlers: { pollInterval: 10, idleCommitInterval: 5, leaseTime: 600, stopTimeout: 100 } },
  })
  await right(application.start)
  const add = (id: string, item: string, quantity: number, correlationId?: string) =>
    right(application.dispatch({ type: 'Add', data: { cart: id, item, quantity } }, { correlationId }))
  const checkOut = (id: string, correlationId?: string) =>
    right(application.dispatch({ type: 'CheckOut', data: { cart: id } }, { correlationId }))
  return { store, application, add, checkOut }
}
