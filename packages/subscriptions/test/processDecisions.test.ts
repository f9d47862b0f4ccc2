import {
  Aggregate,
  Boundary,
  CommandCodec,
  EventCodec,
  type EventOf,
  JointDecision,
  orThrow,
  StreamName,
  Tag,
  View,
} from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { makeHandlerRuntime, ProcessManager, Reaction } from '@foldlog/subscriptions'
import { expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { added, append, startRuntime, things, until } from './fixtures.ts'

const DateFromString = new t.Type<Date, string, unknown>(
  'DateFromString',
  (value): value is Date => value instanceof Date,
  (value, context) => {
    const date = new Date(String(value))
    return Number.isNaN(date.getTime()) ? t.failure(value, context) : t.success(date)
  },
  (date) => date.toISOString(),
)

const CountedEvent = EventCodec.make({ Counted: t.strict({}) })
const ofId = { id: t.string }
const decider = { initialState: 0, evolve: (n: number) => n + 1, decide: () => E.right([]) }
const shared = { events: CountedEvent, id: ({ data }: { readonly data: { readonly id: string } }) => data.id, decider }

const left = Aggregate.make({
  ...shared,
  category: 'left',
  commands: CommandCodec.make({ CountLeft: t.strict(ofId) }),
})
const right = Aggregate.make({
  ...shared,
  category: 'right',
  commands: CommandCodec.make({ CountRight: t.strict(ofId) }),
})

const counted: EventOf<typeof CountedEvent> = { type: 'Counted', data: {} }

/** A command with a date, over two aggregates. */
const both = JointDecision.make({
  commands: CommandCodec.make({ CountBoth: t.strict({ id: t.string, until: DateFromString }) }),
  aggregates: { left, right },
  ids: ({ data: { id } }) => ({ left: id, right: id }),
  decide: (_, { left: count }) =>
    count > 0 ? E.left({ _tag: 'CountedAlready' } as const) : E.right({ left: [counted], right: [counted] }),
})

const NameEvent = EventCodec.make(
  { Claimed: t.strict({ name: t.string }) },
  { tags: { Claimed: ({ name }) => [Tag.of('name', name)] } },
)

/** A name once. */
const names = Boundary.make({
  commands: CommandCodec.make({ ClaimName: t.strict({ name: t.string }) }),
  events: NameEvent,
  reads: ({ data: { name } }) =>
    View.make({ events: NameEvent, initialState: false, on: { Claimed: () => true }, tags: [Tag.of('name', name)] }),
  decide: ({ data }, taken): E.Either<{ readonly _tag: 'NameTaken' }, ReadonlyArray<EventOf<typeof NameEvent>>> =>
    taken ? E.left({ _tag: 'NameTaken' }) : E.right([{ type: 'Claimed', data }]),
  stream: ({ data }) => StreamName.make('name', data.name),
})

it('a process manager sends commands of joint decisions and boundaries, and gets their rejections', async () => {
  const store = makeMemoryStore()
  const rejected: Array<unknown> = []
  const deciding = ProcessManager.make({
    name: 'deciding',
    from: [things],
    start: 'origin',
    to: [both, names],
    key: ({ stream }) => stream,
    state: t.number,
    initialState: 0,
    evolve: (n) => n + 1,
    react: (_, input) => {
      if (input._tag === 'CommandRejected') rejected.push(input.command)
      return input._tag === 'EventHappened'
        ? [
            Reaction.send({ type: 'CountBoth', data: { id: 'a', until: new Date(0) } }),
            Reaction.send({ type: 'ClaimName', data: { name: 'a' } }),
          ]
        : []
    },
  })
  const { dispatch } = makeDispatcher({ store, aggregates: [left, right], decisions: [both, names] })
  const runtime = makeHandlerRuntime({ store, handlers: [deciding], dispatch })
  await startRuntime(runtime)
  for (const n of [1, 2]) await append(store, n, added(n))
  await until(() => rejected.length === 2)
  await runtime.stop()
  expect(rejected).toEqual(
    expect.arrayContaining([
      { type: 'CountBoth', data: { id: 'a', until: new Date(0) } },
      { type: 'ClaimName', data: { name: 'a' } },
    ]),
  )
  const { events } = await orThrow(store.readLog())
  expect(
    events
      .slice(2)
      .map(({ stream }) => stream)
      .sort(),
  ).toEqual(['left-a', 'name-a', 'right-a'])
})
