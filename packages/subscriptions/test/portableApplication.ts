// A whole application on the memory store, for environments other than plain Node: a browser, jsdom, fake timers.
import { Aggregate, EventCodec, type EventOf } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { EventHandler, makeHandlerRuntime, ProcessManager, Projection, Reaction, Views } from '@foldlog/subscriptions'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'

interface Book {
  readonly type: 'Book'
  readonly data: { readonly id: string; readonly by: string }
}

interface Release {
  readonly type: 'Release'
  readonly data: { readonly id: string }
}

const SeatEvent = EventCodec.make({ Booked: t.strict({ by: t.string }), Released: t.strict({}) })
type SeatEvent = EventOf<typeof SeatEvent>

const seat = Aggregate.make({
  category: 'seat',
  commands: ['Book', 'Release'],
  id: ({ data }: Book | Release) => data.id,
  events: SeatEvent,
  decider: {
    initialState: '',
    evolve: (_: string, event: SeatEvent) => (event.type === 'Booked' ? event.data.by : ''),
    decide: (command: Book | Release, taken: string): E.Either<{ _tag: 'Taken' }, ReadonlyArray<SeatEvent>> => {
      if (command.type === 'Release') return E.right([{ type: 'Released', data: {} }])
      return taken === ''
        ? E.right([{ type: 'Booked', data: { by: command.data.by } }])
        : E.left({ _tag: 'Taken' } as const)
    },
  },
})

const takers = Projection.make({
  name: 'takers',
  from: [seat],
  // Long names have keys made of a hash, and other letters than those of ASCII have bytes of their own.
  key: ({ stream, event }) => (event.type === 'Booked' ? event.data.by.repeat(100) : stream),
  view: t.strict({ seats: t.number }),
  project: (view) => ({ seats: (view?.seats ?? 0) + 1 }),
})

/** Milliseconds for which a seat is booked. */
export const bookedFor = 300_000

const makeReleases = (clock: () => number) =>
  ProcessManager.make({
    name: 'releases',
    from: [seat],
    start: 'origin',
    partitions: 4,
    key: ({ stream }) => stream,
    state: t.null,
    initialState: null,
    evolve: () => null,
    react: (_, input): ReadonlyArray<Reaction<Release>> => {
      if (input._tag === 'TimerFired')
        return [Reaction.send({ type: 'Release', data: { id: input.timer } }), Reaction.end]
      if (input._tag === 'CommandRejected' || input.event.event.type === 'Released') return []
      return [Reaction.schedule(input.event.stream.replace('seat-', ''), new Date(clock() + bookedFor))]
    },
  })

/** Makes the application. Time is that of the environment. */
export const makeApplication = () => {
  const mails: Array<string> = []
  const store = makeMemoryStore()
  const dispatcher = makeDispatcher({ store, aggregates: [seat] })
  const mailer = EventHandler.make({
    name: 'mails',
    from: [seat],
    start: 'origin',
    handle: ({ stream, event }, { signal }) => {
      if (!signal.aborted) mails.push(`${stream} ${event.type}`)
      return TE.right(undefined)
    },
  })
  const runtime = makeHandlerRuntime({
    store,
    handlers: [takers, makeReleases(Date.now), mailer],
    // The process sends commands of this aggregate alone.
    dispatch: (command, context) => dispatcher.dispatch(command as unknown as Release, context),
  })
  return { store, dispatcher, runtime, mails, views: Views.make(takers, store) }
}

const right = <L, A>(either: E.Either<L, A>): A => {
  if (E.isLeft(either)) throw new Error(JSON.stringify(either.left))
  return either.right
}

/** Books seats, one of them twice, and waits for every handler; returns what is the same in every environment. */
export const book = async ({ dispatcher, runtime, mails, views }: ReturnType<typeof makeApplication>) => {
  right(await runtime.start())
  const ids: Array<string> = []
  const refused: Array<unknown> = []
  for (const [id, by] of [
    ['1', 'Ada'],
    ['ü-2', 'Zoë 🏦'],
    ['1', 'Bob'],
  ] as const) {
    const done = await dispatcher.dispatch({ type: 'Book', data: { id, by } }, { commandId: `book ${id} for ${by}` })()
    if (E.isLeft(done)) refused.push(done.left)
    else ids.push(...done.right.events.map((event) => event.id))
  }
  right(await runtime.waitFor(['takers', 'releases', 'mails'], 2)())
  return { ids, refused, mails: mails.toSorted(), views: right(await views.list()()).views }
}
