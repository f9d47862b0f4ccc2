import type { AccountEvent } from '../account/Events.ts'
import { type Account, evolve, initialState } from '../account/Fold.ts'

/**
 * A line of a ledger: an account, and the numbers of its accepted and declined entries since it was opened.
 *
 * @category model
 * @since 0.1.0
 */
export interface AccountLine {
  readonly account: Account
  readonly entries: number
  readonly declined: number
}

/**
 * The line before the first event of its account.
 *
 * @category constructors
 * @since 0.1.0
 */
const empty: AccountLine = { account: initialState, entries: 0, declined: 0 }

const taken: ReadonlySet<AccountEvent['type']> = new Set([
  'MoneyDeposited',
  'MoneyWithdrawn',
  'TransferSent',
  'TransferReceived',
  'TransferReturned',
])

const declined: ReadonlySet<AccountEvent['type']> = new Set(['EntryDeclined', 'TransferNotSent', 'TransferNotReceived'])

/**
 * The line after the next event.
 *
 * @category destructors
 * @since 0.1.0
 */
const evolveLine = (line: AccountLine, event: AccountEvent): AccountLine => {
  const account = evolve(line.account, event)
  // Commands to an account that did not exist are not shown.
  if (account.status === 'unopened') return { ...empty, account }
  return {
    account,
    entries: line.entries + (taken.has(event.type) ? 1 : 0),
    declined: line.declined + (declined.has(event.type) ? 1 : 0),
  }
}

/**
 * Functions on {@link AccountLine}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const AccountLine = { empty, evolve: evolveLine } as const
