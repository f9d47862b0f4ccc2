import { checkCodec, checkDecider, Scenario } from '@foldlog/testing'
import { describe, it } from '@jest/globals'
import { GuestEvent, guest } from '../src/guest.ts'
import { ReservationId } from '../src/ids.ts'
import { PaymentEvent, payment } from '../src/payment.ts'
import { RoomEvent, room } from '../src/room.ts'
import { email, euros, guestId, may1, may3, may5, may9, reservationId, roomId, valid } from './fixtures.ts'

const another = valid(ReservationId, 'r2')
const opened = { type: 'RoomOpened', data: { roomId, nightly: euros(80) } } as const
const stay = { reservationId, roomId, from: may1, to: may5 }
const reserved = { type: 'StayReserved', data: { ...stay, price: euros(320) } } as const

describe('a room', () => {
  const given = Scenario.decider(room)

  it('is reserved for its price', () => given(opened).when({ type: 'ReserveStay', data: stay }).then(reserved))

  it('is never reserved twice for one night', () => {
    const second = { ...stay, reservationId: another }
    given(opened, reserved)
      .when({ type: 'ReserveStay', data: { ...second, from: may3, to: may9 } })
      .thenError({ _tag: 'RoomTaken', from: may1, to: may5 })
    given(opened, reserved)
      .when({ type: 'ReserveStay', data: { ...second, from: may5, to: may9 } })
      .then({ type: 'StayReserved', data: { ...second, from: may5, to: may9, price: euros(320) } })
  })

  it('can be reserved again after a release', () =>
    given(opened, reserved, { type: 'StayReleased', data: { reservationId, roomId } })
      .when({ type: 'ReserveStay', data: stay })
      .then(reserved))

  it('has no two stays that overlap, whatever happens', () =>
    checkDecider(room, {
      invariants: {
        'no night is taken twice': (state) => {
          const stays = Object.values(state.stays).toSorted((a, b) => (a.from < b.from ? -1 : 1))
          return stays.every(({ from, to }, i) => from < to && to <= (stays[i + 1]?.from ?? to))
        },
      },
    }))

  it('is stored and comes back unchanged', () => checkCodec(RoomEvent))
})

const registered = { type: 'GuestRegistered', data: { guestId, name: 'Ada', email, language: 'en' } } as const
const reservation = { guestId, ...stay }
const reservationOpened = { type: 'ReservationOpened', data: reservation } as const

describe('a guest', () => {
  const given = Scenario.decider(guest)

  it('has at most three open reservations', () => {
    const ofId = (id: string) => ({ ...reservation, reservationId: valid(ReservationId, id) })
    const open = ['a', 'b', 'c'].map((id) => ({ type: 'ReservationOpened', data: ofId(id) }) as const)
    given(registered, ...open)
      .when({ type: 'OpenReservation', data: ofId('d') })
      .thenError({ _tag: 'TooManyReservations', most: 3 })
    given(registered, ...open)
      .when({ type: 'OpenReservation', data: ofId('c') })
      .thenNothing()
  })

  it('stays for a night at least', () =>
    given(registered)
      .when({ type: 'OpenReservation', data: { ...reservation, to: may1 } })
      .thenError({ _tag: 'NoNights' }))

  it('does nothing but after a registration', () => {
    given().when({ type: 'OpenReservation', data: reservation }).thenError({ _tag: 'NoSuchGuest' })
    given(registered)
      .when({ type: 'ConfirmReservation', data: { guestId, reservationId } })
      .thenError({ _tag: 'NoSuchReservation' })
  })

  it('gets a confirmation once', () => {
    const command = { type: 'ConfirmReservation', data: { guestId, reservationId } } as const
    const confirmed = { type: 'ReservationConfirmed', data: { ...command.data, email, language: 'en' } } as const
    given(registered, reservationOpened).when(command).then(confirmed)
    given(registered, reservationOpened, confirmed).when(command).thenNothing()
  })

  it('keeps its rules after any commands', () => checkDecider(guest))

  it('is stored and comes back unchanged, also in the form of the first version', () => checkCodec(GuestEvent))
})

describe('a payment', () => {
  const given = Scenario.decider(payment)
  const requested = { type: 'PaymentRequested', data: { reservationId, amount: euros(320) } } as const
  const data = { reservationId }

  it('is received before its deadline, and refunded after it', () => {
    given(requested).when({ type: 'Pay', data }).then({ type: 'PaymentReceived', data })
    given(requested, { type: 'PaymentExpired', data })
      .when({ type: 'Pay', data })
      .then({ type: 'PaymentRefunded', data })
    given(requested, { type: 'PaymentReceived', data }).when({ type: 'ExpirePayment', data }).thenNothing()
  })

  it('is not received before it is requested', () =>
    given().when({ type: 'Pay', data }).thenError({ _tag: 'NothingToPay' }))

  it('keeps its rules after any commands', () => checkDecider(payment))

  it('is stored and comes back unchanged', () => checkCodec(PaymentEvent))
})
