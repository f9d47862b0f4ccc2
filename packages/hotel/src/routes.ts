import { Responder, Route } from '@foldlog/http'
import { function as F, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { GuestCommand, type GuestError, guest, Stays } from './guest.ts'
import type { Hotel } from './hotel.ts'
import { GuestId, ReservationId } from './ids.ts'
import { PaymentCommand, type PaymentError } from './payment.ts'
import { ReservationView, reservations } from './reservations.ts'
import { RoomCommand, type RoomError } from './room.ts'
import { RoomView, rooms } from './rooms.ts'

/** What each refusal is over HTTP. */
export const respond = Responder.make<RoomError | GuestError | PaymentError>({
  NoSuchRoom: { status: 404, title: 'There is no such room' },
  RoomTaken: { status: 409, title: 'The room is taken', facts: ({ from, to }) => ({ from, to }) },
  MoneyOutOfRange: { status: 422, title: 'The price is too high' },
  NoSuchGuest: { status: 404, title: 'There is no such guest' },
  NoSuchReservation: { status: 404, title: 'There is no such reservation' },
  NoNights: { status: 422, title: 'The day of departure must be after the day of arrival' },
  TooManyReservations: { status: 409, title: 'Too many open reservations', facts: ({ most }) => ({ most }) },
  NothingToPay: { status: 409, title: 'Nothing is to be paid yet' },
})

const route = Route.of<{ environment: Pick<Hotel, 'views' | 'history'> }>()
const parameters = { guestId: GuestId }

export const hotelRoutes = [
  Route.send({ method: 'PUT', path: '/rooms/{roomId}', commands: RoomCommand, type: 'OpenRoom' }),
  route.page({
    name: 'listRooms',
    path: '/rooms',
    item: RoomView,
    list: ({ page }, { views }) => views(rooms).list(page),
  }),
  Route.send({
    path: '/guests',
    commands: GuestCommand,
    type: 'RegisterGuest',
    creates: 'guestId',
    location: '/guests/{guestId}/reservations',
  }),
  route.query({
    name: 'showHistory',
    path: '/guests/{guestId}/history',
    parameters,
    // The codec leaves out what it does not name, such as the contact of the guest.
    answer: t.strict({ entries: t.readonlyArray(t.strict({ recorded: t.strict({ type: t.string }), state: Stays })) }),
    handle: ({ parameters: { guestId } }, { history }) => F.pipe(history(guest, guestId), TE.bindTo('body')),
  }),
  Route.send({
    path: '/guests/{guestId}/reservations',
    commands: GuestCommand,
    type: 'OpenReservation',
    creates: 'reservationId',
    location: '/reservations/{reservationId}',
    errors: ['NoSuchGuest', 'NoNights', 'TooManyReservations'],
  }),
  route.page({
    name: 'listReservations',
    path: '/guests/{guestId}/reservations',
    parameters,
    item: ReservationView,
    list: ({ parameters, page }, { views }) =>
      views(reservations).list({ ...page, where: parameters, order: ['from'] }),
  }),
  route.find({
    name: 'showReservation',
    path: '/reservations/{reservationId}',
    parameters: { reservationId: ReservationId },
    answer: ReservationView,
    find: ({ parameters: { reservationId } }, { views }) => views(reservations).get(reservationId),
  }),
  Route.send({
    path: '/guests/{guestId}/reservations/{reservationId}/closing',
    commands: GuestCommand,
    type: 'CloseReservation',
    errors: ['NoSuchReservation'],
  }),
  Route.send({
    path: '/reservations/{reservationId}/payment',
    commands: PaymentCommand,
    type: 'Pay',
    errors: ['NothingToPay'],
  }),
]
