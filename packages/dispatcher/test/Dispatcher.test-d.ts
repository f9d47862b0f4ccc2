import { Aggregate, EventCodec, type EventOf, type EventStore, type FoldlogError, type Recorded } from '@foldlog/core'
import {
  type DispatchError,
  type Dispatched,
  type DispatcherStopped,
  type HistoryPage,
  type InvalidDispatcher,
  type LoadError,
  type Loaded,
  makeDispatcher,
  type VersionNotFound,
} from '@foldlog/dispatcher'
import { expectTypeOf } from 'expect-type'
import { either as E, readerTaskEither as RTE, type taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { type Below, type Counter, type CounterCommand, type CounterEvent, counter } from './counter.ts'

declare const store: EventStore

const DoorEvent = EventCodec.make({ Opened: t.strict({ by: t.string }) })
type DoorEvent = EventOf<typeof DoorEvent>
type DoorCommand = { readonly type: 'Open'; readonly data: { readonly door: number; readonly by: string } }
interface Keys {
  readonly fits: (by: string) => boolean
}

const door = Aggregate.make({
  category: 'door',
  commands: ['Open'],
  id: ({ data }: DoorCommand) => `${data.door}`,
  decider: {
    initialState: false,
    evolve: (_open: boolean, _event: DoorEvent) => true,
    decide: (_command: DoorCommand, open: boolean): E.Either<'open already', ReadonlyArray<DoorEvent>> =>
      open ? E.left('open already') : E.right([]),
  },
  events: DoorEvent,
  effects: {
    Open: ({ data }: DoorCommand, _open: boolean) =>
      RTE.asksReaderTaskEither(({ fits }: Keys) =>
        fits(data.by) ? RTE.right<Keys, 'no key', ReadonlyArray<DoorEvent>>([]) : RTE.left('no key' as const),
      ),
  },
})

// The environment and the errors of effects are inferred.
const dispatcher = makeDispatcher({ store, aggregates: [counter, door], env: { fits: () => true } })

const opened = dispatcher.dispatch({ type: 'Open', data: { door: 1, by: 'me' } })
expectTypeOf(opened).toEqualTypeOf<TE.TaskEither<DispatchError | 'open already' | 'no key', Dispatched<DoorEvent>>>()

const added = dispatcher.dispatch({ type: 'Add', data: { id: 'a', by: 1 } })
expectTypeOf(added).toEqualTypeOf<TE.TaskEither<DispatchError | Below, Dispatched<CounterEvent>>>()
expectTypeOf<Dispatched<CounterEvent>['events'][number]>().toEqualTypeOf<Recorded<CounterEvent>>()

// A value that may be one of several commands has the results of all of them.
declare const either: CounterCommand | DoorCommand
expectTypeOf(dispatcher.dispatch(either)).toEqualTypeOf<
  TE.TaskEither<DispatchError | Below | 'open already' | 'no key', Dispatched<CounterEvent | DoorEvent>>
>()

expectTypeOf(dispatcher.load(counter, 'a')).toMatchTypeOf<TE.TaskEither<unknown, Loaded<Counter>>>()

// The past is typed by the aggregate, too. Only a state in the past can be a version that does not exist.
expectTypeOf(dispatcher.load(counter, 'a')).toEqualTypeOf<TE.TaskEither<LoadError, Loaded<Counter>>>()
expectTypeOf(dispatcher.load(counter, 'a', { at: 3 })).toEqualTypeOf<
  TE.TaskEither<LoadError | VersionNotFound, Loaded<Counter>>
>()
expectTypeOf(dispatcher.load(door, '1', { at: new Date() })).toMatchTypeOf<TE.TaskEither<unknown, Loaded<boolean>>>()
expectTypeOf(dispatcher.history(counter, 'a', { count: 10 })).toEqualTypeOf<
  TE.TaskEither<LoadError | VersionNotFound, HistoryPage<CounterEvent, Counter>>
>()
declare const doorState: Loaded<boolean>
dispatcher.history(door, '1', { after: doorState })

// @ts-expect-error the state of another aggregate
dispatcher.history(counter, 'a', { after: doorState })

// @ts-expect-error neither a version nor a time
dispatcher.load(counter, 'a', { at: '2026-01-01' })

// @ts-expect-error no aggregate has this command
dispatcher.dispatch({ type: 'Close', data: { door: 1 } })

// @ts-expect-error the data of another command
dispatcher.dispatch({ type: 'Open', data: { id: 'a', by: 1 } })

// @ts-expect-error the door's effect needs keys
makeDispatcher({ store, aggregates: [counter, door] })

// @ts-expect-error these are not keys
makeDispatcher({ store, aggregates: [counter, door], env: { fits: 1 } })

makeDispatcher({ store, aggregates: [counter] })

// @ts-expect-error `door` is not among its aggregates
makeDispatcher({ store, aggregates: [counter] }).load(door, '1')

// @ts-expect-error `door` is not among its aggregates
makeDispatcher({ store, aggregates: [counter] }).history(door, '1')

expectTypeOf<DispatcherStopped>().toMatchTypeOf<DispatchError>()

// `describeError` knows every error of this package.
expectTypeOf<DispatchError | VersionNotFound | InvalidDispatcher>().toMatchTypeOf<FoldlogError>()
