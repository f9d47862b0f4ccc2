import { CommandCodec, type CommandOf } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { AccountId, OrderId } from '../ids.ts'
import { Money } from '../Money.ts'
import { Name } from '../Name.ts'
import type { Reason } from '../Reason.ts'
import { Reservations } from '../Reservation.ts'
import type { AccountEvent } from './Events.ts'
import type { Account } from './Fold.ts'

const Payment = t.strict({ accountId: AccountId, orderId: OrderId, amount: Money })
type Payment = t.TypeOf<typeof Payment>

/**
 * The commands of an account. A customer opens it and deposits money; an order charges it (`Charge`), or releases its
 * share (`ReleaseCharge`).
 *
 * @category model
 * @since 0.1.0
 */
export const AccountCommand = CommandCodec.make({
  OpenAccount: t.strict({ accountId: AccountId, name: Name }),
  Deposit: t.strict({ accountId: AccountId, amount: Money }),
  Charge: Payment,
  ReleaseCharge: Payment,
})

/**
 * The union of the commands of an account.
 *
 * @category model
 * @since 0.1.0
 */
export type AccountCommand = CommandOf<typeof AccountCommand>

/**
 * The reasons why a command is rejected. `TooMuchMoney`: the sum would leave the safe integers.
 *
 * @category errors
 * @since 0.1.0
 */
export type AccountError =
  | { readonly _tag: 'AccountExists' }
  | { readonly _tag: 'NoSuchAccount' }
  | { readonly _tag: 'TooMuchMoney' }

type Decision = E.Either<AccountError, ReadonlyArray<AccountEvent>>

const refusalOf = (account: Account, amount: Money): Reason | undefined => {
  if (account.status === 'unopened') return 'no such account'
  return account.balance < amount ? 'too little money' : undefined
}

const charge = ({ orderId, amount }: Payment, account: Account): ReadonlyArray<AccountEvent> => {
  if (Reservations.find(account.reservations, orderId) !== undefined) return []
  const reason = refusalOf(account, amount)
  return reason === undefined
    ? [{ type: 'OrderCharged', data: { orderId, amount } }]
    : [{ type: 'ChargeDeclined', data: { orderId, amount, reason } }]
}

const release = ({ orderId, amount }: Payment, account: Account): ReadonlyArray<AccountEvent> => {
  const share = Reservations.find(account.reservations, orderId)
  if (share === undefined) return [{ type: 'ChargeDeclined', data: { orderId, amount, reason: 'canceled' } }]
  // A release returns exactly the charged amount, whatever the command asks for.
  return share.status === 'given' ? [{ type: 'OrderRefunded', data: { orderId, amount: share.amount } }] : []
}

/**
 * Decides a command of an account: events, or a rejection.
 *
 * An account decides once about an order, and its decision is an event, even when it declines; only a refund can
 * follow. So it does not matter which command was delayed, repeated or overtaken: an order that was released before it
 * was charged is never charged.
 *
 * @category destructors
 * @since 0.1.0
 */
export const decideOnAccount = (command: AccountCommand, account: Account): Decision => {
  switch (command.type) {
    case 'OpenAccount':
      return account.status === 'unopened'
        ? E.right([{ type: 'AccountOpened', data: { name: command.data.name } }])
        : E.left({ _tag: 'AccountExists' })
    case 'Deposit': {
      const { amount } = command.data
      if (account.status === 'unopened') return E.left({ _tag: 'NoSuchAccount' })
      // Including the charges that may come back.
      return Number.isSafeInteger(account.balance + Reservations.total(account.reservations) + amount)
        ? E.right([{ type: 'MoneyDeposited', data: { amount } }])
        : E.left({ _tag: 'TooMuchMoney' })
    }
    case 'Charge':
      return E.right(charge(command.data, account))
    case 'ReleaseCharge':
      return E.right(release(command.data, account))
  }
}
