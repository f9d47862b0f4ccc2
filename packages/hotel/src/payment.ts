import { Aggregate, CommandCodec, type CommandOf, EventCodec, type EventOf } from '@foldlog/core'
import { Money } from '@foldlog/core/codecs'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { ReservationId } from './ids.ts'

const ofReservation = t.strict({ reservationId: ReservationId })

/** What happens to the payment of a reservation. The payment alone decides between its deadline and the money. */
export const PaymentEvent = EventCodec.make({
  PaymentRequested: t.strict({ reservationId: ReservationId, amount: Money }),
  PaymentReceived: ofReservation,
  PaymentExpired: ofReservation,
  PaymentRefunded: ofReservation,
})
export type PaymentEvent = EventOf<typeof PaymentEvent>

export const PaymentCommand = CommandCodec.make({
  RequestPayment: t.strict({ reservationId: ReservationId, amount: Money }),
  Pay: ofReservation,
  ExpirePayment: ofReservation,
})
export type PaymentCommand = CommandOf<typeof PaymentCommand>

export type PaymentError = { readonly _tag: 'NothingToPay' }

type PaymentState = 'none' | 'requested' | 'received' | 'expired' | 'refunded'
const evolve = (_: PaymentState, { type }: PaymentEvent): PaymentState => {
  switch (type) {
    case 'PaymentRequested':
      return 'requested'
    case 'PaymentReceived':
      return 'received'
    case 'PaymentExpired':
      return 'expired'
    case 'PaymentRefunded':
      return 'refunded'
  }
}

const decide = (command: PaymentCommand, state: PaymentState): E.Either<PaymentError, ReadonlyArray<PaymentEvent>> => {
  if (command.type === 'RequestPayment')
    return E.right(state === 'none' ? [{ type: 'PaymentRequested', data: command.data }] : [])
  const { data } = command
  if (state === 'none') return E.left({ _tag: 'NothingToPay' })
  if (command.type === 'ExpirePayment') return E.right(state === 'requested' ? [{ type: 'PaymentExpired', data }] : [])
  if (state === 'requested') return E.right([{ type: 'PaymentReceived', data }])
  return E.right(state === 'expired' ? [{ type: 'PaymentRefunded', data }] : [])
}

export const payment = Aggregate.make({
  category: 'payment',
  commands: PaymentCommand,
  id: ({ data }) => data.reservationId,
  decider: { initialState: 'none', evolve, decide },
  events: PaymentEvent,
})
