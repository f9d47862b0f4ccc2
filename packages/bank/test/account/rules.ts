import {
  type Account,
  AccountCommand,
  type AccountError,
  type AccountEvent,
  type AccountName,
  type Overdraft,
} from '@foldlog/bank'
import { arbitraryCommands, type Invariant } from '@foldlog/testing'
import * as fc from 'fast-check'
import { either as E } from 'fp-ts'

const { OpenAccount, RenameAccount, CloseAccount, Deposit, Withdraw, PostEntry } = AccountCommand.codecs

/** Any command of a holder or of the bank. Closing is rare, or most histories would be about a closed one. */
export const commands: fc.Arbitrary<AccountCommand> = fc.oneof(
  {
    weight: 15,
    arbitrary: arbitraryCommands({ OpenAccount, RenameAccount, Deposit, Withdraw, PostEntry }),
  },
  { weight: 1, arbitrary: arbitraryCommands({ CloseAccount }) },
)

const moved = (event: AccountEvent): number => {
  switch (event.type) {
    case 'MoneyDeposited':
    case 'TransferReceived':
    case 'TransferReturned':
      return event.data.amount
    case 'MoneyWithdrawn':
    case 'TransferSent':
      return -event.data.amount
    default:
      return 0
  }
}

const nameIn = (event: AccountEvent): ReadonlyArray<AccountName> => {
  if (event.type === 'AccountOpened') return [event.data.name]
  return event.type === 'AccountRenamed' ? [event.data.to] : []
}

const limitIn = (event: AccountEvent): ReadonlyArray<Overdraft> => {
  if (event.type === 'AccountOpened') return [event.data.overdraft]
  return event.type === 'OverdraftChanged' ? [event.data.to] : []
}

type Rule = Invariant<AccountCommand, AccountEvent, Account, AccountError>

/** The invariants of an account, after any commands. */
export const rules = {
  'opening is the first event, and happens once': (_, { events }) =>
    events.every(({ type }, i) => (type === 'AccountOpened') === (i === 0)),

  'after closing, entries are declined and nothing else happens': (_, { events }) => {
    const end = events.findIndex(({ type }) => type === 'AccountClosed')
    return end < 0 || events.slice(end + 1).every(({ type }) => type === 'EntryDeclined')
  },

  'the balance is the sum of credits less the sum of debits': (account, { events }) =>
    account.status === 'unopened' || account.balance === events.reduce((sum, event) => sum + moved(event), 0),

  'the balance is exact': (account) => account.status === 'unopened' || Number.isSafeInteger(account.balance),

  'no withdrawal goes beyond the limit': (account, { decision }) =>
    E.isLeft(decision) ||
    account.status === 'unopened' ||
    account.overdraft === 'unlimited' ||
    !decision.right.some(({ type }) => type === 'MoneyWithdrawn') ||
    account.balance >= -account.overdraft,

  'a withdrawal within the limit is not rejected': (_, { decision }) => {
    if (E.isRight(decision) || decision.left._tag !== 'Overdrawn') return true
    const { balance, overdraft, amount } = decision.left
    return overdraft !== 'unlimited' && balance - amount < -overdraft
  },

  'the name is that of the last renaming': (account, { events }) =>
    account.status === 'unopened' || account.name === events.flatMap(nameIn).at(-1),

  'the limit is that of the last agreement': (account, { events }) =>
    account.status === 'unopened' || account.overdraft === events.flatMap(limitIn).at(-1),

  'a renaming records the old name': (_, { before, decision }) =>
    E.isLeft(decision) ||
    decision.right.every(
      (event) => event.type !== 'AccountRenamed' || (before.status === 'open' && event.data.from === before.name),
    ),

  'an entry of a statement leaves an event, accepted or declined': (_, { command, decision }) =>
    command.type !== 'PostEntry' ||
    (E.isRight(decision) &&
      ['MoneyDeposited', 'MoneyWithdrawn', 'EntryDeclined'].includes(decision.right.at(-1)?.type ?? '')),
} satisfies Readonly<Record<string, Rule>>
