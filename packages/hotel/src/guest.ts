import { Aggregate, CommandCodec, type CommandOf, EventCodec, type EventOf } from '@foldlog/core'
import { Day, Email } from '@foldlog/core/codecs'
import { either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'
import { GuestId, ReservationId, RoomId } from './ids.ts'

export const Language = t.keyof({ de: null, en: null })
const Registered = t.strict({ guestId: GuestId, name: t.string, email: Email, language: Language })
const reservation = { guestId: GuestId, reservationId: ReservationId }
const Reservation = t.strict({ ...reservation, roomId: RoomId, from: Day, to: Day })
const contact = { email: Email, language: Language }

/** Why a reservation ended without a stay. */
export const ClosingReason = t.keyof({ cancelled: null, 'room taken': null, unpaid: null })

/** What happens to a guest. The first guests chose no language: their event is read as one of today. */
export const GuestEvent = EventCodec.make({
  GuestRegistered: F.pipe(
    EventCodec.version(1, t.strict({ guestId: GuestId, name: t.string, email: Email })),
    EventCodec.upcast(2, Registered, (first) => ({ ...first, language: 'en' as const })),
  ),
  ReservationOpened: Reservation,
  ReservationConfirmed: t.strict({ ...reservation, ...contact }),
  ReservationClosed: t.strict({ ...reservation, ...contact, reason: ClosingReason }),
})
export type GuestEvent = EventOf<typeof GuestEvent>

export const GuestCommand = CommandCodec.make({
  RegisterGuest: Registered,
  OpenReservation: Reservation,
  ConfirmReservation: t.strict(reservation),
  CloseReservation: t.strict({ ...reservation, reason: ClosingReason }),
})
export type GuestCommand = CommandOf<typeof GuestCommand>

export type GuestError =
  | { readonly _tag: 'NoSuchGuest' }
  | { readonly _tag: 'NoSuchReservation' }
  | { readonly _tag: 'NoNights' }
  | { readonly _tag: 'TooManyReservations'; readonly most: number }

/** A guest who is registered has a contact. */
export const Guest = t.strict({
  contact: t.union([t.strict(contact), t.undefined]),
  reservations: t.record(t.string, t.keyof({ open: null, confirmed: null, closed: null })),
})
export type Guest = t.TypeOf<typeof Guest>
/** What others may see of a guest. */
export const Stays = t.strict({ reservations: Guest.type.props.reservations })

const evolve = (guest: Guest, { type, data }: GuestEvent): Guest => {
  const withStatus = (status: Guest['reservations'][string], reservationId: string): Guest => ({
    ...guest,
    reservations: { ...guest.reservations, [reservationId]: status },
  })
  switch (type) {
    case 'GuestRegistered':
      return { ...guest, contact: { email: data.email, language: data.language } }
    case 'ReservationOpened':
      return withStatus('open', data.reservationId)
    case 'ReservationConfirmed':
      return withStatus('confirmed', data.reservationId)
    case 'ReservationClosed':
      return withStatus('closed', data.reservationId)
  }
}

const most = 3

const decide = (command: GuestCommand, guest: Guest): E.Either<GuestError, ReadonlyArray<GuestEvent>> => {
  if (command.type === 'RegisterGuest')
    return E.right(guest.contact === undefined ? [{ type: 'GuestRegistered', data: command.data }] : [])
  if (guest.contact === undefined) return E.left({ _tag: 'NoSuchGuest' })
  const status = guest.reservations[command.data.reservationId]
  switch (command.type) {
    case 'OpenReservation': {
      if (status !== undefined) return E.right([])
      if (command.data.from >= command.data.to) return E.left({ _tag: 'NoNights' })
      const open = Object.values(guest.reservations).filter((one) => one === 'open').length
      if (open >= most) return E.left({ _tag: 'TooManyReservations', most })
      return E.right([{ type: 'ReservationOpened', data: command.data }])
    }
    case 'ConfirmReservation':
      if (status === undefined) return E.left({ _tag: 'NoSuchReservation' })
      return E.right(
        status === 'open' ? [{ type: 'ReservationConfirmed', data: { ...command.data, ...guest.contact } }] : [],
      )
    case 'CloseReservation':
      if (status === undefined) return E.left({ _tag: 'NoSuchReservation' })
      return E.right(
        status === 'closed' ? [] : [{ type: 'ReservationClosed', data: { ...command.data, ...guest.contact } }],
      )
  }
}

export const guest = Aggregate.make({
  category: 'guest',
  commands: GuestCommand,
  id: ({ data }) => data.guestId,
  decider: { initialState: { contact: undefined, reservations: {} }, evolve, decide },
  events: GuestEvent,
})
