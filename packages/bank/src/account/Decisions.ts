import { either as E, function as F } from 'fp-ts'
import type { Overdraft } from './Cents.ts'
import type { Credit, Debit, Entry } from './Entry.ts'
import type { AccountEvent, AccountName, Reason } from './Events.ts'
import { type Account, evolve, type OpenedAccount } from './Fold.ts'

/**
 * What the bank and the holder of an account agree on when it is opened.
 *
 * @category model
 * @since 0.1.0
 */
export interface Terms {
  readonly name: AccountName
  readonly overdraft: Overdraft
}

/**
 * What can be asked of an account.
 *
 * `PostEntry` is a line of a statement of the bank: it opens an account that has no line yet, on the terms that come with the statement; the
 * limit of those terms holds from then on. When the rules refuse the line, that is a fact of its own and no error.
 *
 * @category model
 * @since 0.1.0
 */
export type AccountCommand =
  | { readonly type: 'OpenAccount'; readonly data: Terms & { readonly accountId: string } }
  | { readonly type: 'RenameAccount'; readonly data: { readonly accountId: string; readonly name: AccountName } }
  | { readonly type: 'CloseAccount'; readonly data: { readonly accountId: string } }
  | { readonly type: 'Deposit'; readonly data: { readonly accountId: string; readonly entry: Credit } }
  | { readonly type: 'Withdraw'; readonly data: { readonly accountId: string; readonly entry: Debit } }
  | {
      readonly type: 'PostEntry'
      readonly data: { readonly accountId: string; readonly entry: Entry; readonly terms: Terms }
    }

/**
 * Why a command is refused. Amounts in 1/100. `OutOfRange`: the balance would leave the safe integers.
 *
 * @category errors
 * @since 0.1.0
 */
export type AccountError =
  | { readonly _tag: 'AlreadyOpened' }
  | { readonly _tag: 'NotOpen'; readonly status: 'unopened' | 'closed' }
  | { readonly _tag: 'Overdrawn'; readonly balance: number; readonly overdraft: Overdraft; readonly amount: number }
  | { readonly _tag: 'OutOfRange'; readonly balance: number; readonly amount: number }

type Decision = E.Either<AccountError, ReadonlyArray<AccountEvent>>

const whenOpen = (account: Account, decide: (open: OpenedAccount) => Decision): Decision =>
  account.status === 'open' ? decide(account) : E.left({ _tag: 'NotOpen', status: account.status })

const deposit = (entry: Credit, { balance }: OpenedAccount): Decision =>
  Number.isSafeInteger(balance + entry.amount)
    ? E.right([{ type: 'MoneyDeposited', data: entry }])
    : E.left({ _tag: 'OutOfRange', balance, amount: entry.amount })

const withdraw = (entry: Debit, { balance, overdraft }: OpenedAccount): Decision => {
  const { amount } = entry
  if (!Number.isSafeInteger(balance - amount)) return E.left({ _tag: 'OutOfRange', balance, amount })
  return overdraft === 'unlimited' || balance - amount >= -overdraft
    ? E.right([{ type: 'MoneyWithdrawn', data: entry }])
    : E.left({ _tag: 'Overdrawn', balance, overdraft, amount })
}

const apply = (entry: Entry, account: Account): Decision =>
  whenOpen(account, (open) => (entry.heading === 'income' ? deposit(entry, open) : withdraw(entry, open)))

const reasonOf = ({ _tag }: AccountError): Reason => {
  switch (_tag) {
    case 'Overdrawn':
      return 'overdrawn'
    case 'OutOfRange':
      return 'out of range'
    case 'AlreadyOpened':
    case 'NotOpen':
      return 'not open'
  }
}

const agree = (terms: Terms, account: Account): ReadonlyArray<AccountEvent> => {
  if (account.status === 'unopened') return [{ type: 'AccountOpened', data: terms }]
  return account.status === 'closed' || account.overdraft === terms.overdraft
    ? []
    : [{ type: 'OverdraftChanged', data: { from: account.overdraft, to: terms.overdraft } }]
}

const post = (entry: Entry, terms: Terms, account: Account): ReadonlyArray<AccountEvent> => {
  const agreed = agree(terms, account)
  return F.pipe(
    apply(
      entry,
      agreed.reduce((state, event) => evolve(state, event), account),
    ),
    E.getOrElse(
      (error): ReadonlyArray<AccountEvent> => [{ type: 'EntryDeclined', data: { entry, reason: reasonOf(error) } }],
    ),
    (posted) => [...agreed, ...posted],
  )
}

/**
 * What happens when the command meets the account, or why nothing does.
 *
 * @category destructors
 * @since 0.1.0
 */
export const decide = ({ type, data }: AccountCommand, account: Account): Decision => {
  switch (type) {
    case 'OpenAccount':
      return account.status === 'unopened'
        ? E.right([{ type: 'AccountOpened', data: { name: data.name, overdraft: data.overdraft } }])
        : E.left({ _tag: 'AlreadyOpened' })
    case 'RenameAccount':
      return whenOpen(account, ({ name }) => E.right([{ type: 'AccountRenamed', data: { from: name, to: data.name } }]))
    case 'CloseAccount':
      return whenOpen(account, () => E.right([{ type: 'AccountClosed', data: {} }]))
    case 'Deposit':
    case 'Withdraw':
      return apply(data.entry, account)
    case 'PostEntry':
      return E.right(post(data.entry, data.terms, account))
  }
}
