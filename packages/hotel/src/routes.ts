import type { Logger } from '@foldlog/core'
import type { HistoryPage } from '@foldlog/dispatcher'
import { notFound, Responder, Route } from '@foldlog/http'
import type { ViewPage } from '@foldlog/subscriptions'
import { function as F, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { type Guest, GuestCommand, type GuestError, type GuestEvent, guest } from './guest.ts'
import type { Hotel } from './hotel.ts'
import { GuestId, ReservationId } from './ids.ts'
import { PaymentCommand, type PaymentError } from './payment.ts'
import { ReservationView, reservations } from './reservations.ts'
import { RoomCommand, type RoomError } from './room.ts'
import { RoomView, rooms } from './rooms.ts'

/** What each refusal is over HTTP. */
export const respond = (logger: Logger) =>
  Responder.make<RoomError | GuestError | PaymentError>(
    {
      NoSuchRoom: { status: 404, title: 'There is no such room' },
      RoomTaken: { status: 409, title: 'The room is taken', facts: ({ from, to }) => ({ from, to }) },
      MoneyOutOfRange: { status: 422, title: 'The price is too high' },
      NoSuchGuest: { status: 404, title: 'There is no such guest' },
      NoSuchReservation: { status: 404, title: 'There is no such reservation' },
      NoNights: { status: 422, title: 'The day of departure must be after the day of arrival' },
      TooManyReservations: { status: 409, title: 'Too many open reservations', facts: ({ most }) => ({ most }) },
      NothingToPay: { status: 409, title: 'Nothing is to be paid yet' },
    },
    { logger },
  )

const route = Route.of<{ environment: Pick<Hotel, 'views' | 'history'> }>()
const waits = { handlers: [rooms.name, reservations.name] }
const guestPath = { guestId: GuestId }

const History = t.strict({
  entries: t.array(t.strict({ type: t.string, reservations: t.record(t.string, t.string) })),
})
const toHistory = ({ entries }: HistoryPage<GuestEvent, Guest>) => ({
  body: { entries: entries.map(({ recorded: { type }, state: { reservations } }) => ({ type, reservations })) },
})
const listOf = <A, O>(item: t.Type<A, O>) => t.strict({ items: t.array(item), next: t.union([t.string, t.null]) })
const toPage = <A>({ views, last, end }: ViewPage<A>) => ({
  body: { items: views.map(([, view]) => view), next: end ? null : (last ?? null) },
})
const pageQuery = { after: t.union([t.string, t.undefined]) }

export const hotelRoutes = [
  Route.send({
    ...waits,
    name: 'openRoom',
    method: 'PUT',
    path: '/rooms/{roomId}',
    commands: RoomCommand,
    type: 'OpenRoom',
  }),
  route.query({
    ...waits,
    name: 'listRooms',
    path: '/rooms',
    query: pageQuery,
    answer: listOf(RoomView),
    handle: ({ query }, { views }) => F.pipe(views(rooms).list({ ...query, count: 100 }), TE.map(toPage)),
  }),
  Route.send({
    name: 'registerGuest',
    path: '/guests',
    commands: GuestCommand,
    type: 'RegisterGuest',
    creates: 'guestId',
    location: '/guests/{guestId}/reservations',
  }),
  route.query({
    name: 'showHistory',
    path: '/guests/{guestId}/history',
    parameters: guestPath,
    answer: History,
    handle: ({ parameters: { guestId } }, { history }) => F.pipe(history(guest, guestId), TE.map(toHistory)),
  }),
  Route.send({
    ...waits,
    name: 'openReservation',
    path: '/guests/{guestId}/reservations',
    commands: GuestCommand,
    type: 'OpenReservation',
    creates: 'reservationId',
    location: '/reservations/{reservationId}',
    errors: ['NoSuchGuest', 'NoNights', 'TooManyReservations'],
  }),
  route.query({
    ...waits,
    name: 'listReservations',
    path: '/guests/{guestId}/reservations',
    parameters: guestPath,
    query: pageQuery,
    answer: listOf(ReservationView),
    handle: ({ parameters: { guestId }, query }, { views }) =>
      F.pipe(views(reservations).list({ ...query, where: { guestId }, order: ['from'], count: 100 }), TE.map(toPage)),
  }),
  route.query({
    ...waits,
    name: 'showReservation',
    path: '/reservations/{reservationId}',
    parameters: { reservationId: ReservationId },
    answer: ReservationView,
    handle: ({ parameters: { reservationId } }, { views }) =>
      F.pipe(
        views(reservations).get(reservationId),
        TE.chainW(TE.fromOption(() => notFound(`reservation ${reservationId}`))),
        TE.map((body) => ({ body })),
      ),
  }),
  Route.send({
    ...waits,
    name: 'closeReservation',
    path: '/guests/{guestId}/reservations/{reservationId}/closing',
    commands: GuestCommand,
    type: 'CloseReservation',
    errors: ['NoSuchReservation'],
  }),
  Route.send({
    ...waits,
    name: 'pay',
    path: '/reservations/{reservationId}/payment',
    commands: PaymentCommand,
    type: 'Pay',
    errors: ['NothingToPay'],
  }),
]
