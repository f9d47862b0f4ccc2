// The code of a user, with every public package: a decider, its tests, a projection, on any store.
import { Aggregate, EventCodec, type EventOf, type EventStore, type HandlerStore, type LogTail } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeHandlerRuntime, Projection, Views } from '@foldlog/subscriptions'
import { arbitrary, checkCodec, checkDecider, Scenario } from '@foldlog/testing'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'

const CounterEvent = EventCodec.make({ Added: t.strict({ by: t.number }) })
type CounterEvent = EventOf<typeof CounterEvent>
type CounterCommand = { readonly type: 'Add'; readonly data: { readonly id: string; readonly by: number } }
type CounterError = { readonly _tag: 'BelowZero'; readonly by: number }

const add = (by: number): CounterCommand => ({ type: 'Add', data: { id: 'a', by } })

const counter = Aggregate.make({
  category: 'counter',
  commands: ['Add'],
  id: ({ data }: CounterCommand) => data.id,
  decider: {
    initialState: 0,
    evolve: (sum: number, { data }: CounterEvent) => sum + data.by,
    decide: ({ data: { by } }: CounterCommand, sum: number): E.Either<CounterError, ReadonlyArray<CounterEvent>> =>
      sum + by < 0 ? E.left({ _tag: 'BelowZero', by: -sum - by }) : E.right([{ type: 'Added', data: { by } }]),
  },
  events: CounterEvent,
})

const sums = Projection.make({
  name: 'sums',
  from: [counter],
  view: t.strict({ sum: t.number }),
  key: ({ stream }) => stream,
  project: (view, { event }) => ({ sum: (view?.sum ?? 0) + event.data.by }),
})

/** Throws when the decider or its events are wrong. */
export const check = (): void => {
  const given = Scenario.decider(counter)
  given({ type: 'Added', data: { by: 2 } })
    .when(add(40))
    .then({ type: 'Added', data: { by: 40 } })
  given().when(add(-1)).thenError({ _tag: 'BelowZero', by: 1 })
  checkDecider(counter, {
    commands: arbitrary(t.Int).map(add),
    invariants: { 'never below zero': (sum) => sum >= 0 },
    numRuns: 20,
  })
  checkCodec(CounterEvent)
}

/** Counts to 42 with a refusal in between, and waits for a projection to have it. */
export const count = async (store: EventStore & LogTail & HandlerStore): Promise<unknown> => {
  const dispatcher = makeDispatcher({ store, aggregates: [counter] })
  const runtime = makeHandlerRuntime({ store, handlers: [sums] })
  const program = F.pipe(
    runtime.start,
    TE.chainW(() => dispatcher.dispatch(add(1))),
    TE.chainW(() => TE.fromTask(dispatcher.dispatch(add(-2)))),
    TE.bindTo('refused'),
    TE.bindW('accepted', () => dispatcher.dispatch(add(41))),
    TE.chainFirstW(({ accepted }) => runtime.waitFor(['sums'], accepted.events[0]?.position ?? 0)),
    TE.bindW('page', () => Views.make(sums, store).list()),
    TE.map(({ refused, page }) => ({ refused, views: page.views })),
  )
  const counted = await program()
  await runtime.stop()
  await dispatcher.stop()
  return counted
}
