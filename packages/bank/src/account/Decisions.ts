import { either as E, function as F } from 'fp-ts'
import { type AccountError, reasonOf } from './AccountError.ts'
import type { Overdraft } from './Cents.ts'
import type { Credit, Debit, Entry } from './Entry.ts'
import type { AccountEvent, AccountName } from './Events.ts'
import { type Account, evolve } from './Fold.ts'
import { checkIn, checkOut, whenOpen } from './rules.ts'
import { type AccountTransferCommand, decideTransfer } from './transferDecisions.ts'

/**
 * The terms of an account, agreed on when it is opened.
 *
 * @category model
 * @since 0.1.0
 */
export interface Terms {
  readonly name: AccountName
  readonly overdraft: Overdraft
}

/**
 * The commands of an account.
 *
 * `PostEntry` is a line of a statement of the bank. It opens an account that has no line yet, on the terms of the
 * statement; the limit of those terms holds from then on. When the rules decline the line, the refusal is an event and
 * no error.
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
  | AccountTransferCommand

type Decision = E.Either<AccountError, ReadonlyArray<AccountEvent>>

const apply = (entry: Entry, account: Account): Decision =>
  F.pipe(
    whenOpen(account),
    E.chain((entry.heading === 'income' ? checkIn : checkOut)(entry.amount)),
    E.map(() => [
      entry.heading === 'income' ? { type: 'MoneyDeposited', data: entry } : { type: 'MoneyWithdrawn', data: entry },
    ]),
  )

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
 * Decides a command of an account: events, or a rejection.
 *
 * @category destructors
 * @since 0.1.0
 */
export const decide = (command: AccountCommand, account: Account): Decision => {
  switch (command.type) {
    case 'OpenAccount': {
      const { name, overdraft } = command.data
      return account.status === 'unopened'
        ? E.right([{ type: 'AccountOpened', data: { name, overdraft } }])
        : E.left({ _tag: 'AlreadyOpened' })
    }
    case 'RenameAccount':
      return F.pipe(
        whenOpen(account),
        E.map(({ name }) => [{ type: 'AccountRenamed', data: { from: name, to: command.data.name } }]),
      )
    case 'CloseAccount':
      return F.pipe(
        whenOpen(account),
        E.map(() => [{ type: 'AccountClosed', data: {} }]),
      )
    case 'Deposit':
    case 'Withdraw':
      return apply(command.data.entry, account)
    case 'PostEntry':
      return E.right(post(command.data.entry, command.data.terms, account))
    default:
      return E.right(decideTransfer(command, account))
  }
}
