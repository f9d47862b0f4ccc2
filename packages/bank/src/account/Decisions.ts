import { either as E, function as F } from 'fp-ts'
import { type AccountError, reasonOf } from './AccountError.ts'
import type { AccountCommand, Terms } from './Commands.ts'
import type { Entry } from './Entry.ts'
import type { AccountEvent } from './Events.ts'
import { type Account, evolve } from './Fold.ts'
import { checkIn, checkOut, whenOpen } from './rules.ts'
import { decideTransfer } from './transferDecisions.ts'

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
