import { Aggregate, CommandCodec, Decider, EventCodec, type EventOf } from '@foldlog/core'
import { expectTypeOf } from 'expect-type'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

// What TypeScript infers of a decider that is written in place, without annotations, and where it needs one.

const Booked = t.strict({ by: t.string, class: t.keyof({ first: null, second: null }) })
const SeatEvent = EventCodec.make({ Booked, Freed: t.strict({}) })
type SeatEvent = EventOf<typeof SeatEvent>
const SeatCommand = CommandCodec.make({
  Book: t.strict({ seat: t.string, by: t.string }),
  Free: t.strict({ seat: t.string }),
})

// Commands and events come from their codecs; the tags and the literals of events stay literals.
const seat = Aggregate.make({
  category: 'seat',
  commands: SeatCommand,
  id: ({ data }) => data.seat,
  decider: {
    initialState: 0,
    evolve: (bookings, event) => {
      expectTypeOf(bookings).toEqualTypeOf<number>()
      expectTypeOf(event).toEqualTypeOf<SeatEvent>()
      return event.type === 'Booked' ? bookings + 1 : bookings
    },
    decide: (command, bookings) => {
      expectTypeOf(command.type).toEqualTypeOf<'Book' | 'Free'>()
      if (command.type === 'Free') return E.right([{ type: 'Freed', data: {} }])
      return bookings > 2
        ? E.left({ _tag: 'Full', bookings } as const)
        : E.right([{ type: 'Booked', data: { by: command.data.by, class: 'first' } }])
    },
  },
  events: SeatEvent,
})
expectTypeOf(seat.decider.evolve).parameter(1).toEqualTypeOf<SeatEvent>()
expectTypeOf(seat.decider.decide)
  .returns.extract<E.Left<unknown>>()
  .toEqualTypeOf<E.Left<{ readonly _tag: 'Full'; readonly bookings: number }>>()

const common = { category: 'seat', commands: SeatCommand, id: () => 'x', events: SeatEvent } as const

// An event that the codec does not have does not compile, and neither does wrong data.
// A limit: the message is about the whole aggregate.
const ofEvent = <Ev>(event: Ev) => ({ initialState: 0, evolve: (n: number) => n, decide: () => E.right([event]) })
Aggregate.make({ ...common, decider: ofEvent<SeatEvent>({ type: 'Freed', data: {} }) })
// @ts-expect-error: no such event
Aggregate.make({ ...common, decider: ofEvent({ type: 'Bookd', data: {} } as const) })
// @ts-expect-error: no such class
Aggregate.make({ ...common, decider: ofEvent({ type: 'Booked', data: { by: 'Ada', class: 'third' } } as const) })

// A limit: the state is inferred from `initialState`, so one that is narrower than the other states is annotated.
Aggregate.make({
  ...common,
  decider: {
    initialState: null as string | null,
    evolve: (by, event) => {
      expectTypeOf(by).toEqualTypeOf<string | null>()
      return event.type === 'Booked' ? event.data.by : null
    },
    decide: () => E.right([]),
  },
})

// A limit: a decider apart from its aggregate knows no codec. Its literals widen, unless it says what it is.
const widened = { initialState: 0, evolve: (n: number) => n, decide: () => E.right([{ type: 'Freed', data: {} }]) }
type Decided = ReturnType<typeof widened.decide>
expectTypeOf<Extract<Decided, E.Right<unknown>>['right'][number]['type']>().toEqualTypeOf<string>()
const annotated: Decider<{ readonly type: 'Free' }, SeatEvent, number, never> = {
  initialState: 0,
  evolve: (n) => n,
  decide: () => E.right([{ type: 'Freed', data: {} }]),
}
expectTypeOf(Decider.fold(annotated)([{ type: 'Freed', data: {} }])).toEqualTypeOf<number>()
