import { ProcessManager, Reaction } from '@foldlog/subscriptions'
import * as t from 'io-ts'
import { guest } from './guest.ts'
import { GuestId, ReservationId, RoomId } from './ids.ts'
import { payment } from './payment.ts'
import { room } from './room.ts'

const State = t.strict({ guestId: GuestId, roomId: RoomId, reservationId: ReservationId })

/** How long a guest has to pay, in milliseconds. */
export const payWithin = 15 * 60_000

/**
 * Turns a reservation into a stay: reserves the room, asks for the money, and confirms; or gives the room back when the
 * money does not come in time. When both come at once, the payment decides.
 */
export const stay = ProcessManager.byType({
  name: 'stay',
  from: [guest, room, payment],
  to: [guest, room, payment],
  start: 'origin',
  key: ({ event }) => event.data.reservationId,
  state: State,
  begin: {
    ReservationOpened: ({ event: { data } }) => {
      const { guestId, roomId, reservationId, from, to } = data
      return {
        state: { guestId, roomId, reservationId },
        do: [Reaction.send({ type: 'ReserveStay', data: { roomId, reservationId, from, to } })],
      }
    },
  },
  on: {
    StayReserved: ({ reservationId }, event) => [
      Reaction.send({ type: 'RequestPayment', data: { reservationId, amount: event.event.data.price } }),
      Reaction.scheduleIn('unpaid', event, payWithin),
    ],
    PaymentReceived: ({ guestId, reservationId }) => [
      Reaction.cancel('unpaid'),
      Reaction.send({ type: 'ConfirmReservation', data: { guestId, reservationId } }),
    ],
    PaymentExpired: ({ guestId, reservationId }) => [
      Reaction.send({ type: 'CloseReservation', data: { guestId, reservationId, reason: 'unpaid' } }),
    ],
    ReservationClosed: ({ roomId, reservationId }) => [
      Reaction.send({ type: 'ReleaseStay', data: { roomId, reservationId } }),
      Reaction.end,
    ],
  },
  timers: { unpaid: ({ reservationId }) => [Reaction.send({ type: 'ExpirePayment', data: { reservationId } })] },
  rejected: {
    ReserveStay: ({ guestId, reservationId }) => [
      Reaction.send({ type: 'CloseReservation', data: { guestId, reservationId, reason: 'room taken' } }),
    ],
  },
})
