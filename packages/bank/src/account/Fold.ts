import type { Overdraft } from './Cents.ts'
import type { AccountEvent, AccountName } from './Events.ts'

/**
 * What is known of an account that was opened. `balance` is in 1/100, a safe integer of either sign.
 *
 * @category model
 * @since 0.1.0
 */
export interface OpenedAccount {
  readonly status: 'open' | 'closed'
  readonly name: AccountName
  readonly overdraft: Overdraft
  readonly balance: number
}

/**
 * The state of an account.
 *
 * @category model
 * @since 0.1.0
 */
export type Account = { readonly status: 'unopened' } | OpenedAccount

/**
 * The account before its first event.
 *
 * @category constructors
 * @since 0.1.0
 */
export const initialState: Account = { status: 'unopened' }

/**
 * The state after one more event.
 *
 * @category destructors
 * @since 0.1.0
 */
export const evolve = (account: Account, event: AccountEvent): Account => {
  if (event.type === 'AccountOpened') return { status: 'open', balance: 0, ...event.data }
  // No decision puts another event before the opening. A total fold has to answer all the same: what was never opened stays unopened.
  if (account.status === 'unopened') return account
  switch (event.type) {
    case 'AccountRenamed':
      return { ...account, name: event.data.to }
    case 'AccountClosed':
      return { ...account, status: 'closed' }
    case 'OverdraftChanged':
      return { ...account, overdraft: event.data.to }
    case 'MoneyDeposited':
      return { ...account, balance: account.balance + event.data.amount }
    case 'MoneyWithdrawn':
      return { ...account, balance: account.balance - event.data.amount }
    case 'EntryDeclined':
      return account
  }
}
