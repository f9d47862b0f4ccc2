import { CommandCodec, type CommandOf, type Decider, type StreamName } from '@foldlog/core'
import {
  arbitrary,
  arbitraryCommands,
  arbitraryEvents,
  checkDecider,
  findCounterexample,
  Scenario,
  type Unbranded,
} from '@foldlog/testing'
import { expectTypeOf } from 'expect-type'
import type * as fc from 'fast-check'
import type { either as E } from 'fp-ts'
import * as t from 'io-ts'
import {
  Count,
  type Counter,
  type CounterCommand,
  type CounterError,
  type CounterEvent,
  counter,
  Step,
} from './counter.ts'

// Brands go at any depth, everything else stays.
expectTypeOf<Unbranded<Step>>().toEqualTypeOf<number>()
expectTypeOf<Unbranded<t.Branded<string, { readonly Name: unique symbol }>>>().toEqualTypeOf<string>()
expectTypeOf<Unbranded<StreamName>>().toEqualTypeOf<string>()
expectTypeOf<Unbranded<'a' | Step | null>>().toEqualTypeOf<'a' | number | null>()
expectTypeOf<Unbranded<{ readonly a: ReadonlyArray<Step>; readonly b?: [Step, 'x'] }>>().toEqualTypeOf<{
  readonly a: ReadonlyArray<number>
  readonly b?: readonly [number, 'x']
}>()
expectTypeOf<Unbranded<{ readonly at: Date; readonly all: ReadonlySet<Step>; readonly any: unknown }>>().toEqualTypeOf<{
  readonly at: Date
  readonly all: ReadonlySet<Step>
  readonly any: unknown
}>()
// The keys of a record lose their brands, too, and optional properties stay optional.
expectTypeOf<Unbranded<{ readonly [name: StreamName]: Step }>>().toEqualTypeOf<{ readonly [name: string]: number }>()
const byStream: Unbranded<Readonly<Record<StreamName, { readonly step?: Step }>>> = { 'thing-1': { step: 1 } }
void byStream
expectTypeOf<CounterEvent>().toExtend<Unbranded<CounterEvent>>()

// Arbitraries have the type of their codec.
expectTypeOf(arbitrary(Step)).toEqualTypeOf<fc.Arbitrary<Step>>()
expectTypeOf(arbitraryEvents(counter.events)).toEqualTypeOf<fc.Arbitrary<CounterEvent>>()
const Codec = CommandCodec.make({ Count, Reset: t.null })
expectTypeOf(arbitraryCommands(Codec)).toEqualTypeOf<fc.Arbitrary<CommandOf<typeof Codec>>>()
expectTypeOf(arbitraryCommands({ Count, Reset: t.null })).toEqualTypeOf<
  fc.Arbitrary<
    { readonly type: 'Count'; readonly data: t.TypeOf<typeof Count> } | { readonly type: 'Reset'; readonly data: null }
  >
>()

// A scenario knows the events, commands and errors of its decider.
const given = Scenario.decider(counter)
type Past = typeof given extends (...past: ReadonlyArray<infer Ev>) => unknown ? Ev : never
expectTypeOf<Past>().toEqualTypeOf<Unbranded<CounterEvent>>()
const outcome = given().when
expectTypeOf(outcome).parameter(0).toEqualTypeOf<Unbranded<CounterCommand>>()
expectTypeOf<Parameters<ReturnType<typeof outcome>['thenError']>>().toEqualTypeOf<[error: Unbranded<CounterError>]>()
// @ts-expect-error there is no such event.
given({ type: 'Miscounted', data: {} })
// @ts-expect-error nor such a command.
given().when({ type: 'Count', data: { by: 'one' } })

// TypeScript widens literals in variables: a type `string` would also be that of a misspelt event.
const widened = { type: 'Noted', data: { tags: ['a'] } }
// @ts-expect-error the type is any text.
given(widened)
const literal = { type: 'Noted', data: { tags: ['a'] } } as const satisfies Past
given(literal).when({ type: 'Note', data: { tags: ['a'] } })

// Commands and invariants have the types of the decider.
declare const commands: fc.Arbitrary<CounterCommand>
checkDecider(counter, {
  commands,
  invariants: [
    (state, moment) => {
      expectTypeOf(state).toEqualTypeOf<Counter>()
      expectTypeOf(moment.decision).toEqualTypeOf<E.Either<CounterError, ReadonlyArray<CounterEvent>>>()
      return true
    },
  ],
})
declare const few: fc.Arbitrary<Extract<CounterCommand, { readonly type: 'Note' }>>
checkDecider(counter, { commands: few })
declare const plain: Decider<number, string, boolean, 'no'>
declare const numbers: fc.Arbitrary<number>
declare const texts: fc.Arbitrary<string>
expectTypeOf(findCounterexample(plain, { commands: numbers, events: texts })).toExtend<
  { readonly _tag: 'None' } | { readonly _tag: 'Some'; readonly value: { readonly when: number } }
>()
// @ts-expect-error these are no commands of it.
checkDecider(plain, { commands: texts })
