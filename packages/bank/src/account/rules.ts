import { either as E } from 'fp-ts'
import type { AccountError } from './AccountError.ts'
import { type Account, type OpenedAccount, sentByTransfers } from './Fold.ts'

type Checked<A> = E.Either<AccountError, A>

/**
 * The account, if it is open.
 *
 * @category destructors
 * @since 0.1.0
 */
export const whenOpen = (account: Account): Checked<OpenedAccount> =>
  account.status === 'open' ? E.right(account) : E.left({ _tag: 'NotOpen', status: account.status })

/**
 * Checks whether an amount, in 1/100, can be credited. Room is reserved for the money that the account has sent by
 * transfers: it may come back, and then it cannot be declined.
 *
 * @category destructors
 * @since 0.1.0
 */
export const checkIn =
  (amount: number) =>
  (account: OpenedAccount): Checked<void> => {
    const { balance } = account
    return Number.isSafeInteger(balance + sentByTransfers(account) + amount)
      ? E.right(undefined)
      : E.left({ _tag: 'OutOfRange', balance, amount })
  }

/**
 * Checks whether an amount, in 1/100, can be debited: down to the overdraft limit, and not a cent further.
 *
 * @category destructors
 * @since 0.1.0
 */
export const checkOut =
  (amount: number) =>
  (account: OpenedAccount): Checked<void> => {
    const { balance, overdraft } = account
    if (!Number.isSafeInteger(balance - amount)) return E.left({ _tag: 'OutOfRange', balance, amount })
    return overdraft === 'unlimited' || balance - amount >= -overdraft
      ? E.right(undefined)
      : E.left({ _tag: 'Overdrawn', balance, overdraft, amount })
  }
