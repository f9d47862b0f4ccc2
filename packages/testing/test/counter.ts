import { Aggregate, EventCodec, type EventOf } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { DateFromISOString } from 'io-ts-types'

interface StepBrand {
  readonly Step: unique symbol
}
/** A branded number, so that literals must do without the brand. */
export const Step = t.brand(t.Int, (n): n is t.Branded<t.Int, StepBrand> => n >= 1 && n <= 100, 'Step')

export type Step = t.TypeOf<typeof Step>

export const CounterEvent = EventCodec.make({
  Counted: t.strict({ by: Step, at: DateFromISOString }),
  Noted: t.intersection([t.strict({ tags: t.array(t.string) }), t.partial({ note: t.string })]),
})
export type CounterEvent = EventOf<typeof CounterEvent>

export type CounterCommand =
  | { readonly type: 'Count'; readonly data: t.TypeOf<typeof Count> }
  | { readonly type: 'Note'; readonly data: { readonly tags: Array<string> } }

export const Count = t.strict({ by: Step, at: DateFromISOString })

export type CounterError = { readonly _tag: 'TooMuch'; readonly most: number }

export interface Counter {
  readonly total: number
}

/** Counts to a hundred; `Note` records no event before the first count. */
export const counter = Aggregate.make({
  category: 'counter',
  commands: ['Count', 'Note'],
  id: (_: CounterCommand) => '1',
  decider: {
    initialState: { total: 0 },
    evolve: (state: Counter, event: CounterEvent): Counter =>
      event.type === 'Counted' ? { total: state.total + event.data.by } : state,
    decide: (
      { type, data }: CounterCommand,
      { total }: Counter,
    ): E.Either<CounterError, ReadonlyArray<CounterEvent>> => {
      if (type === 'Note') return E.right(total === 0 ? [] : [{ type: 'Noted', data }])
      return total + data.by <= 100
        ? E.right([{ type: 'Counted', data }])
        : E.left({ _tag: 'TooMuch', most: 100 - total })
    },
  },
  events: CounterEvent,
})
