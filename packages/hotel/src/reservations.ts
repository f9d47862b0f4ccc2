import { Day, Money } from '@foldlog/core/codecs'
import { Projection } from '@foldlog/subscriptions'
import * as t from 'io-ts'
import { ClosingReason, guest } from './guest.ts'
import { GuestId, ReservationId, RoomId } from './ids.ts'
import { room } from './room.ts'

export const ReservationView = t.intersection([
  t.strict({
    reservationId: ReservationId,
    guestId: GuestId,
    roomId: RoomId,
    from: Day,
    to: Day,
    status: t.keyof({ open: null, confirmed: null, closed: null }),
  }),
  t.exact(t.partial({ price: Money, reason: ClosingReason })),
])

/** The reservations of all guests, by their ids. */
export const reservations = Projection.byType({
  name: 'reservations',
  from: [guest, room],
  view: ReservationView,
  key: ({ event }) => event.data.reservationId,
  on: {
    ReservationOpened: (_, { event: { data } }) => ({ ...data, status: 'open' as const }),
    StayReserved: (view, { event: { data } }) => view && { ...view, price: data.price },
    ReservationConfirmed: (view) => view && { ...view, status: 'confirmed' as const },
    ReservationClosed: (view, { event: { data } }) =>
      view && { ...view, status: 'closed' as const, reason: data.reason },
  },
})
