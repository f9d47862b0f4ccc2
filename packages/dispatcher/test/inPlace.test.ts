import { Aggregate, Boundary, CommandCodec, EventCodec, type EventOf, StreamName, Tag, View } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

const Counted = EventCodec.make({ Counted: t.strict({ total: t.number }) })
type Counted = EventOf<typeof Counted>

interface Count {
  readonly type: 'Count'
  readonly data: { readonly id: string }
}

/** Its state is changed in place by every event but the first. */
const counter = Aggregate.make({
  category: 'counter',
  commands: ['Count'],
  id: ({ data }: Count) => data.id,
  events: Counted,
  decider: {
    initialState: null,
    evolve: (state: { events: number } | null, _: Counted) => {
      if (state === null) return { events: 1 }
      state.events += 1
      return state
    },
    decide: (_: Count, state: { events: number } | null): E.Either<never, ReadonlyArray<Counted>> =>
      E.right([{ type: 'Counted', data: { total: (state?.events ?? 0) + 1 } }]),
  },
})

it('a state that is changed in place is not used again after a conflict', async () => {
  const store = makeMemoryStore()
  const [first, second] = [0, 1].map(() => makeDispatcher({ store, aggregates: [counter] }))
  for (const dispatcher of [first, second, first, second, first]) {
    const done = await dispatcher?.dispatch({ type: 'Count', data: { id: 'a' } })()
    expect(done).toMatchObject({ _tag: 'Right' })
  }
  const log = await store.readLog()()
  expect(E.isRight(log) && log.right.events.map(({ data }) => data)).toEqual(
    [1, 2, 3, 4, 5].map((total) => ({ total })),
  )
})

/** Initial states of every kind, each with a function that changes one in place and returns it. */
const inPlace: Readonly<Record<string, readonly [initialState: unknown, change: (state: never) => unknown]>> = {
  'a record': [{ n: 0 }, (state: { n: number }) => ++state.n],
  'a list': [[], (state: Array<number>) => state.push(1)],
  'a list in a record': [{ all: [] }, (state: { all: Array<number> }) => state.all.push(1)],
  'a record without prototype': [Object.create(null), (state: { n?: number }) => (state.n = (state.n ?? 0) + 1)],
  'a map': [new Map(), (state: Map<number, number>) => state.set(state.size, 1)],
  'a set': [new Set(), (state: Set<number>) => state.add(state.size)],
  'a date': [new Date(0), (state: Date) => state.setTime(state.getTime() + 1)],
  'a map in a list': [[new Map()], ([map]: [Map<number, number>]) => map.set(map.size, 1)],
  'a list in a map': [
    new Map([['all', [] as Array<number>]]),
    (state: Map<string, Array<number>>) => state.get('all')?.push(1),
  ],
  'a date in a record': [{ at: new Date(0) }, (state: { at: Date }) => state.at.setTime(state.at.getTime() + 1)],
}

/** Everything that a value contains, as text. */
const shown = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (part instanceof Map || part instanceof Set ? [...part] : part))

const Noted = EventCodec.make(
  { Noted: t.strict({ state: t.string }) },
  { tags: { Noted: () => [Tag.of('all', 'notes')] } },
)
type Noted = EventOf<typeof Noted>
const Note = CommandCodec.make({ Note: t.strict({ id: t.string }) })

describe('an initial state that is changed in place', () => {
  const noted = (state: unknown): E.Either<never, ReadonlyArray<Noted>> =>
    E.right([{ type: 'Noted', data: { state: shown(state) } }])

  const evolving = (change: (state: never) => unknown) => (state: unknown, _: Noted) => {
    // Each change fits its state.
    change(state as never)
    return state
  }

  it.each(Object.entries(inPlace))('begins no other stream: %s', async (_, [initialState, change]) => {
    const notes = Aggregate.make({
      category: 'note',
      commands: Note,
      id: ({ data }) => data.id,
      events: Noted,
      decider: { initialState, evolve: evolving(change), decide: (_, state) => noted(state) },
    })
    const before = shown(initialState)
    const { dispatch, load } = makeDispatcher({ store: makeMemoryStore(), aggregates: [notes] })
    for (const id of ['a', 'a', 'b']) {
      const done = await dispatch({ type: 'Note', data: { id } })()
      // A record or a list throws, and the error says where.
      if (E.isLeft(done)) expect(done.left).toMatchObject({ _tag: 'DomainCodeFailed', command: 'Note' })
    }
    expect(await load(notes, 'c')()).toMatchObject({ right: { version: 0 } })
    expect(shown(initialState)).toBe(before)
  })

  it.each(Object.entries(inPlace))('begins no other decision of a boundary: %s', async (_, [initialState, change]) => {
    const boundary = Boundary.make({
      commands: Note,
      events: Noted,
      reads: () =>
        View.make({ events: Noted, initialState, on: { Noted: evolving(change) }, tags: [Tag.of('all', 'notes')] }),
      decide: (_, state) => noted(state),
      stream: () => StreamName.make('note', 'all'),
    })
    const store = makeMemoryStore()
    const before = shown(initialState)
    for (let i = 0; i < 3; i++) {
      const { dispatch } = makeDispatcher({ store, aggregates: [], decisions: [boundary] })
      const done = await dispatch({ type: 'Note', data: { id: 'a' } })()
      if (E.isLeft(done)) expect(done.left).toMatchObject({ _tag: 'DomainCodeFailed', command: 'Note' })
      else expect(done.right.events).toHaveLength(1)
    }
    expect(shown(initialState)).toBe(before)
  })

  it('is the same object as long as it is a record or a list, so that it may be compared', async () => {
    const nothing = { all: [] as ReadonlyArray<string> }
    const seen: Array<boolean> = []
    const notes = Aggregate.make({
      category: 'note',
      commands: Note,
      id: ({ data }) => data.id,
      events: Noted,
      decider: {
        initialState: nothing,
        evolve: ({ all }, { data }) => ({ all: [...all, data.state] }),
        decide: (_, state) => {
          seen.push(state === nothing)
          return noted(state)
        },
      },
    })
    const { dispatch } = makeDispatcher({ store: makeMemoryStore(), aggregates: [notes] })
    for (const id of ['a', 'a', 'b']) await dispatch({ type: 'Note', data: { id } })()
    expect(seen).toEqual([true, false, true])
  })
})

it('an event that a view changes in place is stored as it was decided', async () => {
  const boundary = Boundary.make({
    commands: Note,
    events: Noted,
    reads: () =>
      View.make({
        events: Noted,
        initialState: 0,
        on: {
          Noted: (count, { data }) => {
            Object.assign(data, { state: 'spoilt' })
            return count + 1
          },
        },
        tags: [Tag.of('all', 'notes')],
      }),
    decide: ({ data: { id } }) => E.right([{ type: 'Noted' as const, data: { state: id } }]),
    stream: () => StreamName.make('note', 'all'),
  })
  const store = makeMemoryStore()
  const { dispatch } = makeDispatcher({ store, aggregates: [], decisions: [boundary] })
  const ids = ['a', 'b', 'c']
  const done = await Promise.all(ids.map((id) => dispatch({ type: 'Note', data: { id } })()))
  expect(done.filter(E.isLeft)).toEqual([])
  const log = await store.readLog()()
  expect(E.isRight(log) && log.right.events.map(({ data }) => data)).toEqual(ids.map((state) => ({ state })))
})
