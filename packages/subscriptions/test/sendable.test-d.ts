import { Aggregate, type AnyCommandCodec, CommandCodec, EventCodec } from '@foldlog/core'
import { ProcessManager, Reaction } from '@foldlog/subscriptions'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

// A command that has no JSON form needs a codec. Where the types show that its target has none, it does not compile.

const events = EventCodec.make({ Happened: t.strict({}) })
const source = { category: 'thing', events } as const

/** An aggregate with commands of this data and no codec. */
const listed = <Data>() =>
  Aggregate.make({
    category: 'target',
    commands: ['Do'],
    id: (_: { readonly type: 'Do'; readonly data: Data }) => 'a',
    events,
    decider: { initialState: 0, evolve: (n: number) => n, decide: () => E.right([]) },
  })

const options = {
  name: 'manager',
  from: [source],
  start: 'origin',
  key: () => 'a',
  state: t.number,
} as const
const evolving = { ...options, initialState: 0, evolve: (n: number) => n, react: () => [] } as const

interface Nested {
  readonly list: ReadonlyArray<{ readonly at?: string; readonly more?: Nested }>
}
declare class Money {
  readonly cents: number
  plus(other: Money): Money
}
type Brand = string & { readonly brand: 'Id' }

// JSON, also with brands, options, unions and recursion.

ProcessManager.make({ ...evolving, to: [listed<{ readonly id: Brand; readonly n?: number | null }>()] })
ProcessManager.make({ ...evolving, to: [listed<Nested>()] })
ProcessManager.make({ ...evolving, to: [listed<readonly [string, number] | 'a' | null>()] })
ProcessManager.byType({ ...options, to: [listed<Nested>(), listed<Readonly<Record<string, boolean>>>()], begin: {} })

// What nothing is known of is looked at when it is sent.

ProcessManager.make({ ...evolving, to: [listed<unknown>()] })

// No JSON.

// @ts-expect-error a date
ProcessManager.make({ ...evolving, to: [listed<{ readonly until: Date }>()] })
// @ts-expect-error a date, deep within a union
ProcessManager.make({ ...evolving, to: [listed<{ readonly a: ReadonlyArray<null | { readonly b: Date }> }>()] })
// @ts-expect-error a map
ProcessManager.make({ ...evolving, to: [listed<ReadonlyMap<string, number>>()] })
// @ts-expect-error an instance of a class
ProcessManager.make({ ...evolving, to: [listed<{ readonly price: Money }>()] })
// @ts-expect-error a bigint
ProcessManager.make({ ...evolving, to: [listed<{ readonly n: bigint }>()] })
// @ts-expect-error an `undefined` that is not left out
ProcessManager.make({ ...evolving, to: [listed<{ readonly n: number | undefined }>()] })
// @ts-expect-error one of two targets
ProcessManager.make({ ...evolving, to: [listed<Nested>(), listed<{ readonly until: Date }>()] })
// @ts-expect-error the same with a case for each type
ProcessManager.byType({ ...options, to: [listed<{ readonly until: Date }>()], begin: {} })

type Late = { readonly type: 'Late'; readonly data: { readonly until: Date } }
// @ts-expect-error a target that is no aggregate of `Aggregate.make`
ProcessManager.byType({ ...options, to: [{ id: (_: Late) => 'a' }], begin: {} })
// @ts-expect-error without a target
ProcessManager.make({ ...evolving, react: (_): ReadonlyArray<Reaction<Late>> => [] })
ProcessManager.make({
  ...evolving,
  react: (_): ReadonlyArray<Reaction<{ readonly type: 'Now'; readonly data: { readonly n: number } }>> => [
    Reaction.send({ type: 'Now', data: { n: 1 } }),
  ],
})

// With a codec, every command can be sent.

const LateCommand = CommandCodec.make({
  Late: t.strict({
    until: new t.Type<Date, string, unknown>('Date', (u): u is Date => u instanceof Date, t.failure, String),
  }),
})
const late = Aggregate.make({
  category: 'late',
  commands: LateCommand,
  id: () => 'a',
  events,
  decider: { initialState: 0, evolve: (n) => n, decide: () => E.right([]) },
})
ProcessManager.make({ ...evolving, to: [late] })
ProcessManager.make({ ...evolving, to: [LateCommand] })
ProcessManager.byType({ ...options, to: [late, LateCommand], begin: {} })

// An aggregate whose type does not say whether it has a codec may have one.

declare const maybe: Aggregate<Late, { readonly type: 'Happened'; readonly data: object }, number, never>
declare const any: { readonly id: (command: Late) => string; readonly commandCodec?: AnyCommandCodec }
ProcessManager.make({ ...evolving, to: [maybe] })
ProcessManager.make({ ...evolving, to: [any] })
