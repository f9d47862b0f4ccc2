import { Aggregate, CommandCodec, type CommandOf, EventCodec, type EventOf } from '@foldlog/core'
import { ProcessManager, Projection, Reaction } from '@foldlog/subscriptions'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

/** The commands of a seat in a theatre. */
export const SeatCommand = CommandCodec.make({
  Book: t.strict({ seat: t.string, by: t.string }),
  Pay: t.strict({ seat: t.string }),
  Release: t.strict({ seat: t.string }),
})
export type SeatCommand = CommandOf<typeof SeatCommand>

const SeatEvent = EventCodec.make({
  Booked: t.strict({ by: t.string }),
  Paid: t.strict({ by: t.string }),
  Released: t.strict({ by: t.string }),
})
type SeatEvent = EventOf<typeof SeatEvent>

/** A seat is free, booked, or paid for. */
export interface Seat {
  readonly status: 'free' | 'booked' | 'paid'
  readonly by: string
}

export type SeatError =
  | { readonly _tag: 'NotFree'; readonly by: string }
  | { readonly _tag: 'NotBooked' }
  | { readonly _tag: 'PaidAlready'; readonly by: string }

const free: Seat = { status: 'free', by: '' }

const evolve = (_: Seat, { type, data: { by } }: SeatEvent): Seat =>
  type === 'Released' ? free : { status: type === 'Booked' ? 'booked' : 'paid', by }

const decide = (command: SeatCommand, { status, by }: Seat): E.Either<SeatError, ReadonlyArray<SeatEvent>> => {
  if (command.type === 'Book')
    return status === 'free'
      ? E.right([{ type: 'Booked', data: { by: command.data.by } }])
      : E.left({ _tag: 'NotFree', by })
  if (status === 'free') return E.left({ _tag: 'NotBooked' })
  if (status === 'paid') return E.left({ _tag: 'PaidAlready', by })
  return E.right([{ type: command.type === 'Pay' ? 'Paid' : 'Released', data: { by } }])
}

export const seats = Aggregate.make({
  category: 'seat',
  commands: SeatCommand,
  id: ({ data }: SeatCommand) => data.seat,
  events: SeatEvent,
  decider: { initialState: free, evolve, decide },
})

/** How many seats each guest has booked, paid for, and lost. */
export const guests = Projection.make({
  name: 'guests',
  from: [seats],
  key: ({ event }) => event.data.by,
  view: t.strict({ Booked: t.number, Paid: t.number, Released: t.number }),
  project: (view, { event: { type } }) => {
    const counts = view ?? { Booked: 0, Paid: 0, Released: 0 }
    return { ...counts, [type]: counts[type] + 1 }
  },
})

/** Milliseconds in which a guest has to pay. */
export const timeToPay = 20_000

/** Releases the seats that are not paid for in time. */
export const unpaid = ProcessManager.make({
  name: 'unpaid',
  from: [seats],
  to: [seats],
  start: 'origin',
  key: ({ stream }) => stream.replace('seat-', ''),
  state: t.string,
  initialState: '',
  evolve: (seat, input) => (input._tag === 'EventHappened' ? input.event.stream.replace('seat-', '') : seat),
  react: (seat, input): ReadonlyArray<Reaction<SeatCommand>> => {
    if (input._tag === 'TimerFired') return [Reaction.send({ type: 'Release', data: { seat } })]
    if (input._tag === 'CommandRejected' || input.event.event.type !== 'Booked') return [Reaction.end]
    return [Reaction.schedule('payment', new Date(input.event.recordedAt.getTime() + timeToPay))]
  },
})
