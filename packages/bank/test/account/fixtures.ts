import {
  type AccountCommand,
  type AccountEvent,
  AccountName,
  Amount,
  account,
  type Credit,
  type Debit,
  Overdraft,
} from '@foldlog/bank'
import { Day } from '@foldlog/core/codecs'
import { Scenario } from '@foldlog/testing'
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'

/** The decoded value. A test with an invalid one fails here. */
export const valid = <A>(codec: t.Type<A, unknown>, value: unknown): A => {
  const decoded = codec.decode(value)
  if (E.isLeft(decoded)) throw new Error(`not a ${codec.name}: ${JSON.stringify(value)}`)
  return decoded.right
}

export const accountId = '17'
export const ada = valid(AccountName, 'Ada')
export const limit = (cents: number | 'unlimited') => valid(Overdraft, cents)

const facts = (cents: number) => ({
  reference: '1',
  date: valid(Day, '1993-01-31'),
  amount: valid(Amount, cents),
  channel: 'cash' as const,
  purpose: 'unstated' as const,
  partner: null,
})
export const credit = (cents: number): Credit => ({ heading: 'income', ...facts(cents) })
export const debit = (cents: number): Debit => ({ heading: 'expense', ...facts(cents) })

export const opened = (overdraft: number | 'unlimited' = 0): AccountEvent => ({
  type: 'AccountOpened',
  data: { name: ada, overdraft: limit(overdraft) },
})
export const deposited = (cents: number): AccountEvent => ({ type: 'MoneyDeposited', data: credit(cents) })
export const withdrawn = (cents: number): AccountEvent => ({ type: 'MoneyWithdrawn', data: debit(cents) })
export const closed: AccountEvent = { type: 'AccountClosed', data: {} }

export const open = (overdraft: number | 'unlimited' = 0): AccountCommand => ({
  type: 'OpenAccount',
  data: { accountId, name: ada, overdraft: limit(overdraft) },
})
export const deposit = (cents: number): AccountCommand => ({
  type: 'Deposit',
  data: { accountId, entry: credit(cents) },
})
export const withdraw = (cents: number): AccountCommand => ({
  type: 'Withdraw',
  data: { accountId, entry: debit(cents) },
})
export const close: AccountCommand = { type: 'CloseAccount', data: { accountId } }
export const rename = (name: string): AccountCommand => ({
  type: 'RenameAccount',
  data: { accountId, name: valid(AccountName, name) },
})
export const post = (entry: Credit | Debit, overdraft: number | 'unlimited' = 0): AccountCommand => ({
  type: 'PostEntry',
  data: { accountId, entry, terms: { name: ada, overdraft: limit(overdraft) } },
})

/** `given(past).when(command)`, then the expected result. */
export const given = Scenario.decider(account)
