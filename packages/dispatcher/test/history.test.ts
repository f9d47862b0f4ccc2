import { Aggregate, EventCodec, type EventOf } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { add, counter } from './counter.ts'
import { recordCalls } from './RecordingStore.ts'

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}

/** The forms that are stored, and the codec of later code, which splits one of them and drops another. */
const Stored = EventCodec.make({
  Added: t.strict({ by: t.number }),
  AddedBoth: t.strict({ by: t.number, and: t.number }),
  Ignored: t.strict({}),
})
type Stored = EventOf<typeof Stored>

const form = <const Type extends string>(type: Type) => ({ type, schemaVersion: 1 }) as const

const Current = EventCodec.make(
  { Added: t.strict({ by: t.number }) },
  {
    retired: [
      EventCodec.split(form('AddedBoth'), t.strict({ by: t.number, and: t.number }), [form('Added')], ({ by, and }) => [
        { ...form('Added'), data: { by } },
        { ...form('Added'), data: { by: and } },
      ]),
      EventCodec.drop(form('Ignored')),
    ],
  },
)

type StoreEvent = { readonly type: 'Store'; readonly data: Stored }

/** Sums what was added. Its commands store any event. */
const tally = <Ev extends Stored>(events: EventCodec<Ev>) =>
  Aggregate.make({
    category: 'tally',
    commands: ['Store'],
    id: (_: StoreEvent) => 'a',
    events,
    decider: {
      initialState: 0,
      evolve: (total: number, event: Ev) => total + (event.type === 'Added' ? event.data.by : 0),
      // Only the first code stores events, and its codec has all of them.
      decide: ({ data }: StoreEvent): E.Either<never, ReadonlyArray<Ev>> => E.right([data as Ev]),
    },
  })

describe('the history of an aggregate', () => {
  it('has one entry for each stored event, with the events that it is read as: one, several or none', async () => {
    const store = makeMemoryStore()
    const old = makeDispatcher({ store, aggregates: [tally(Stored)] })
    const stored: ReadonlyArray<EventOf<typeof Stored>> = [
      { type: 'Added', data: { by: 1 } },
      { type: 'AddedBoth', data: { by: 2, and: 3 } },
      { type: 'Ignored', data: {} },
      { type: 'Added', data: { by: 4 } },
    ]
    for (const data of stored) right(await old.dispatch({ type: 'Store', data })())
    const aggregate = tally(Current)
    const page = right(await makeDispatcher({ store, aggregates: [aggregate] }).history(aggregate, 'a')())
    const added = (by: number) => ({ type: 'Added', data: { by } })
    expect(page.entries.map(({ recorded, events, state }) => [recorded.type, events, state])).toEqual([
      ['Added', [added(1)], 1],
      ['AddedBoth', [added(2), added(3)], 6],
      ['Ignored', [], 6],
      ['Added', [added(4)], 10],
    ])
    expect(page.last).toMatchObject({ version: 4, state: 10 })
  })

  it('that was begun before the log was rewound is not continued with other events', async () => {
    const memory = makeMemoryStore()
    const { dispatch, history } = makeDispatcher({ store: memory, aggregates: [counter] })
    right(await dispatch(add('a', 1))())
    const restore = memory.backup()
    right(await dispatch(add('a', 2))())
    const page = right(await history(counter, 'a', { count: 2 })())
    restore()
    // Shorter, in the same history: no append has begun a new one yet.
    expect(await history(counter, 'a', { after: page.last })()).toMatchObject({
      left: { _tag: 'VersionNotFound', version: 2, actual: 1, rewound: true },
    })
    for (const by of [5, 6]) right(await dispatch(add('a', by))())
    expect(await history(counter, 'a', { after: page.last })()).toMatchObject({
      left: { _tag: 'VersionNotFound', version: 2, actual: 3, rewound: true },
    })
    expect(await history(counter, 'a', { after: 2 })()).toMatchObject({ right: { last: { state: { value: 12 } } } })
  })

  it('is read again when the log is rewound between the reads of a state in the past', async () => {
    const memory = makeMemoryStore()
    const writer = makeDispatcher({ store: memory, aggregates: [counter] })
    right(await writer.dispatch(add('a', 1))())
    const restore = memory.backup()
    right(await writer.dispatch(add('a', 2))())
    const time = new Date()
    const observed = recordCalls(memory, async (name, count) => {
      if (name !== 'readStream' || count !== 2) return
      restore()
      right(await makeDispatcher({ store: memory, aggregates: [counter] }).dispatch(add('a', 7))())
    })
    const { load } = makeDispatcher({ store: observed.store, aggregates: [counter] })
    expect(await load(counter, 'a', { at: new Date(time.getTime() + 60_000) })()).toMatchObject({
      right: { version: 2, state: { value: 8 } },
    })
  })

  it('stops at an event that cannot be decoded, and the states before it can be loaded', async () => {
    const store = makeMemoryStore()
    const { dispatch } = makeDispatcher({ store, aggregates: [tally(Stored)] })
    right(await dispatch({ type: 'Store', data: { type: 'Added', data: { by: 1 } } })())
    right(await dispatch({ type: 'Store', data: { type: 'AddedBoth', data: { by: 1, and: 1 } } })())
    const ignorant = tally(EventCodec.make({ Added: t.strict({ by: t.number }) }))
    const { load, history } = makeDispatcher({ store, aggregates: [ignorant] })
    expect(await load(ignorant, 'a', { at: 1 })()).toMatchObject({ right: { state: 1 } })
    expect(await load(ignorant, 'a', { at: 2 })()).toMatchObject({ left: { _tag: 'DecodeFailure', version: 2 } })
    expect(await history(ignorant, 'a', { count: 1 })()).toMatchObject({ right: { end: false } })
    expect(await history(ignorant, 'a')()).toMatchObject({ left: { _tag: 'DecodeFailure', version: 2 } })
  })

  it('of a store that throws is an error', async () => {
    const store = {
      ...makeMemoryStore(),
      readStream: () => {
        throw new Error('broken')
      },
    }
    const { load, history } = makeDispatcher({ store, aggregates: [counter] })
    expect(await load(counter, 'a', { at: 1 })()).toMatchObject({ left: { _tag: 'StoreUnavailable' } })
    expect(await history(counter, 'a')()).toMatchObject({ left: { _tag: 'StoreUnavailable' } })
  })
})
