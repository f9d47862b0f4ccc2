import { Aggregate, CommandCodec, type CommandOf, EventCodec, type EventOf } from '@foldlog/core'
import { Day, Money, type MoneyOutOfRange } from '@foldlog/core/codecs'
import { either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'
import { ReservationId, RoomId } from './ids.ts'

/** What happens to a room. A room is a stream of its own, so that it can never be reserved twice for one night. */
export const RoomEvent = EventCodec.make({
  RoomOpened: t.strict({ roomId: RoomId, nightly: Money }),
  StayReserved: t.strict({ reservationId: ReservationId, roomId: RoomId, from: Day, to: Day, price: Money }),
  StayReleased: t.strict({ reservationId: ReservationId, roomId: RoomId }),
})
export type RoomEvent = EventOf<typeof RoomEvent>

/** `to` is the day of departure. */
export const RoomCommand = CommandCodec.make({
  OpenRoom: t.strict({ roomId: RoomId, nightly: Money }),
  ReserveStay: t.strict({ roomId: RoomId, reservationId: ReservationId, from: Day, to: Day }),
  ReleaseStay: t.strict({ roomId: RoomId, reservationId: ReservationId }),
})
export type RoomCommand = CommandOf<typeof RoomCommand>

export type RoomError =
  | { readonly _tag: 'NoSuchRoom' }
  | { readonly _tag: 'NoNights' }
  | { readonly _tag: 'RoomTaken'; readonly from: Day; readonly to: Day }
  | MoneyOutOfRange

type Stay = { readonly from: Day; readonly to: Day }

/** A room that is open has a price; `stays` are those of its reservations. */
export interface Room {
  readonly nightly: Money | undefined
  readonly stays: Readonly<Record<string, Stay>>
}

const evolve = (room: Room, { type, data }: RoomEvent): Room => {
  switch (type) {
    case 'RoomOpened':
      return { ...room, nightly: data.nightly }
    case 'StayReserved':
      return { ...room, stays: { ...room.stays, [data.reservationId]: { from: data.from, to: data.to } } }
    case 'StayReleased': {
      const { [data.reservationId]: _, ...stays } = room.stays
      return { ...room, stays }
    }
  }
}

// Days are texts whose order is that of the calendar.
const overlap = (one: Stay, other: Stay): boolean => one.from < other.to && other.from < one.to

const decide = (command: RoomCommand, room: Room): E.Either<RoomError, ReadonlyArray<RoomEvent>> => {
  if (command.type === 'OpenRoom')
    return E.right(room.nightly === undefined ? [{ type: 'RoomOpened', data: command.data }] : [])
  if (room.nightly === undefined) return E.left({ _tag: 'NoSuchRoom' })
  const known = room.stays[command.data.reservationId]
  if (command.type === 'ReleaseStay')
    return E.right(known === undefined ? [] : [{ type: 'StayReleased', data: command.data }])
  if (known !== undefined) return E.right([])
  const { from, to } = command.data
  if (from >= to) return E.left({ _tag: 'NoNights' })
  const taken = Object.values(room.stays).find((stay) => overlap(stay, { from, to }))
  if (taken !== undefined) return E.left({ _tag: 'RoomTaken', ...taken })
  return F.pipe(
    Money.times(room.nightly, Day.daysBetween(from, to)),
    E.map((price) => [{ type: 'StayReserved', data: { ...command.data, price } }]),
  )
}

export const room = Aggregate.make({
  category: 'room',
  commands: RoomCommand,
  id: ({ data }) => data.roomId,
  decider: { initialState: { nightly: undefined, stays: {} }, evolve, decide },
  events: RoomEvent,
})
