import { Aggregate, EventCodec, type EventOf, type SnapshotPolicy } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

/** A domain small enough to see what the dispatcher does to it: a number that must not go below zero. */
export const CounterEvent = EventCodec.make({
  Added: t.strict({ by: t.number }),
  Noted: t.strict({ text: t.unknown }),
})

export type CounterEvent = EventOf<typeof CounterEvent>

export type CounterCommand =
  | { readonly type: 'Add'; readonly data: { readonly id: string; readonly by: number } }
  | { readonly type: 'AddTwice'; readonly data: { readonly id: string; readonly by: number; readonly times: number } }
  | { readonly type: 'Note'; readonly data: { readonly id: string; readonly text: unknown } }
  | { readonly type: 'Nothing'; readonly data: { readonly id: string } }
  | { readonly type: 'Explode'; readonly data: { readonly id: string } }

export interface Below {
  readonly _tag: 'BelowZero'
  readonly value: number
}

export interface Counter {
  readonly value: number
  readonly notes: number
}

const evolve = (state: Counter, event: CounterEvent): Counter => {
  switch (event.type) {
    case 'Added':
      return { ...state, value: state.value + event.data.by }
    case 'Noted':
      return { ...state, notes: state.notes + 1 }
  }
}

const decide = (command: CounterCommand, { value }: Counter): E.Either<Below, ReadonlyArray<CounterEvent>> => {
  switch (command.type) {
    case 'Add':
      return value + command.data.by < 0
        ? E.left({ _tag: 'BelowZero', value })
        : E.right([{ type: 'Added', data: { by: command.data.by } }])
    case 'AddTwice':
      return E.right(
        Array.from({ length: command.data.times }, () => ({ type: 'Added', data: { by: command.data.by } })),
      )
    case 'Note':
      return E.right([{ type: 'Noted', data: { text: command.data.text } }])
    case 'Nothing':
      return E.right([])
    case 'Explode':
      throw new Error('boom')
  }
}

export const commands = ['Add', 'AddTwice', 'Note', 'Nothing', 'Explode'] as const

export const counter = Aggregate.make({
  category: 'counter',
  commands,
  id: (command: CounterCommand) => command.data.id,
  decider: { initialState: { value: 0, notes: 0 }, evolve, decide },
  events: CounterEvent,
})

export const counterWithSnapshots = (policy: Partial<SnapshotPolicy<Counter>> = {}) =>
  Aggregate.make({
    ...counter,
    commands,
    snapshot: {
      schemaVersion: 1,
      codec: t.strict({ value: t.number, notes: t.number }),
      every: 10,
      ...policy,
    },
  })

export const add = (id: string, by: number): CounterCommand => ({ type: 'Add', data: { id, by } })
