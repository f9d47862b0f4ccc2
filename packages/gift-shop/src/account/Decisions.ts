import { either as E } from 'fp-ts'
import type { AccountId, OrderId } from '../ids.ts'
import type { Money } from '../Money.ts'
import type { Name } from '../Name.ts'
import type { Reason } from '../Reason.ts'
import { Reservations } from '../Reservation.ts'
import type { AccountEvent } from './Events.ts'
import type { Account } from './Fold.ts'

interface Payment {
  readonly accountId: AccountId
  readonly orderId: OrderId
  readonly amount: Money
}

/**
 * What can be asked of an account. A customer opens it and brings money; an order asks it to pay (`Charge`), or to have no part in it any more
 * (`ReleaseCharge`).
 *
 * @category model
 * @since 0.1.0
 */
export type AccountCommand =
  | { readonly type: 'OpenAccount'; readonly data: { readonly accountId: AccountId; readonly name: Name } }
  | { readonly type: 'Deposit'; readonly data: { readonly accountId: AccountId; readonly amount: Money } }
  | { readonly type: 'Charge'; readonly data: Payment }
  | { readonly type: 'ReleaseCharge'; readonly data: Payment }

/**
 * Why a command is refused. `TooMuchMoney`: nobody could count it any more.
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
  // What comes back is what was given, whatever is asked for.
  return share.status === 'given' ? [{ type: 'OrderRefunded', data: { orderId, amount: share.amount } }] : []
}

/**
 * What happens when the command meets the account, or why nothing does.
 *
 * About an order an account decides once, and what it decides is an event, a refusal too; only a refund comes after it. So it does not matter which command
 * was delayed, repeated or overtaken: one that was released before it was charged is never charged.
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
      // With room for what may come back.
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
