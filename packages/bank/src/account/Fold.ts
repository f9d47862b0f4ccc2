import type { TransferId } from '../transfer/TransferId.ts'
import type { Amount, Overdraft } from './Cents.ts'
import type { AccountEvent, AccountName } from './Events.ts'

/**
 * The decision of an account about a transfer. `amount` is in 1/100.
 *
 * @category model
 * @since 0.1.0
 */
export interface TransferDecision {
  readonly transferId: TransferId
  readonly outcome: 'sent' | 'not sent' | 'returned' | 'received' | 'not received'
  readonly amount: Amount
}

/**
 * The state of every account, even of one that was never opened: its decided transfers, absent while there are none.
 *
 * @category model
 * @since 0.1.0
 */
export interface KnownTransfers {
  readonly transfers?: ReadonlyArray<TransferDecision>
}

/**
 * The state of an opened account. `balance` is in 1/100, a safe integer of either sign.
 *
 * @category model
 * @since 0.1.0
 */
export interface OpenedAccount extends KnownTransfers {
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
export type Account = ({ readonly status: 'unopened' } & KnownTransfers) | OpenedAccount

/**
 * The account before its first event.
 *
 * @category constructors
 * @since 0.1.0
 */
export const initialState: Account = { status: 'unopened' }

/**
 * The decision of an account about a transfer, if there is one.
 *
 * @category destructors
 * @since 0.1.0
 */
export const decisionOn = (id: TransferId, { transfers = [] }: KnownTransfers): TransferDecision | undefined =>
  transfers.find(({ transferId }) => transferId === id)

/**
 * The money that an account has sent by transfers, in 1/100, less the returned money.
 *
 * @category destructors
 * @since 0.1.0
 */
export const sentByTransfers = ({ transfers = [] }: KnownTransfers): number =>
  transfers.reduce((sum, { outcome: is, amount }) => (is === 'sent' ? sum + amount : sum), 0)

/**
 * The account after its decision about a transfer, which moved `gain`. An unopened account has no money to move.
 */
const withDecision = (
  account: Account,
  outcome: TransferDecision['outcome'],
  { transferId, amount }: Omit<TransferDecision, 'outcome'>,
  gain: number,
): Account => {
  const others = (account.transfers ?? []).filter((fate) => fate.transferId !== transferId)
  const transfers = [...others, { transferId, outcome, amount }]
  return account.status === 'unopened'
    ? { ...account, transfers }
    : { ...account, transfers, balance: account.balance + gain }
}

type OfTransfers = 'TransferSent' | 'TransferNotSent' | 'TransferReceived' | 'TransferNotReceived' | 'TransferReturned'
type OfOpened = Exclude<AccountEvent, { readonly type: 'AccountOpened' | OfTransfers }>

const evolveOpened = (account: OpenedAccount, event: OfOpened): OpenedAccount => {
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

/**
 * The state after one more event.
 *
 * @category destructors
 * @since 0.1.0
 */
export const evolve = (account: Account, event: AccountEvent): Account => {
  switch (event.type) {
    case 'AccountOpened':
      return { ...account, status: 'open', balance: 0, ...event.data }
    case 'TransferSent':
      return withDecision(account, 'sent', event.data, -event.data.amount)
    case 'TransferNotSent':
      return withDecision(account, 'not sent', event.data, 0)
    case 'TransferReceived':
      return withDecision(account, 'received', event.data, event.data.amount)
    case 'TransferNotReceived':
      return withDecision(account, 'not received', event.data, 0)
    case 'TransferReturned':
      return withDecision(account, 'returned', event.data, event.data.amount)
    default:
      // No decision makes these events before the opening. A total fold must have a result all the same: an account
      // never opened stays unopened.
      return account.status === 'unopened' ? account : evolveOpened(account, event)
  }
}
