import * as t from 'io-ts'
import { Money } from '../Money.ts'
import { Name } from '../Name.ts'
import { type Reservation, Reservations } from '../Reservation.ts'
import type { AccountEvent } from './Events.ts'

const reservations = { reservations: t.readonlyArray(Reservations.codec(Money)) }

/**
 * The state of an account, as snapshots keep it. `balance` is the money that its holder may spend; `shares` are the
 * orders that requested a payment.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Account = t.union([
  t.strict({ status: t.literal('unopened'), ...reservations }),
  t.strict({ status: t.literal('open'), name: Name, balance: t.number, ...reservations }),
])

/**
 * The state of an account.
 *
 * @category model
 * @since 0.1.0
 */
export type Account = t.TypeOf<typeof Account>

/**
 * An account before its first event.
 *
 * @category constructors
 * @since 0.1.0
 */
export const initialAccount: Account = { status: 'unopened', reservations: [] }

/** An unopened account has no money to move, even in a history that no decision makes. */
const addToBalance = (account: Account, by: number): Account =>
  account.status === 'open' ? { ...account, balance: account.balance + by } : account

const withReservation = (account: Account, share: Reservation<Money>): Account => ({
  ...account,
  reservations: Reservations.record(account.reservations, share),
})

/**
 * The state after the next event.
 *
 * @category destructors
 * @since 0.1.0
 */
export const evolveAccount = (account: Account, event: AccountEvent): Account => {
  switch (event.type) {
    case 'AccountOpened':
      return { status: 'open', name: event.data.name, balance: 0, reservations: account.reservations }
    case 'MoneyDeposited':
      return addToBalance(account, event.data.amount)
    case 'OrderCharged': {
      const { orderId, amount } = event.data
      return addToBalance(withReservation(account, { orderId, status: 'given', amount }), -amount)
    }
    case 'ChargeDeclined': {
      const { orderId, amount } = event.data
      return withReservation(account, { orderId, status: 'declined', amount })
    }
    case 'OrderRefunded': {
      const { orderId, amount } = event.data
      return addToBalance(withReservation(account, { orderId, status: 'returned', amount }), amount)
    }
  }
}
