import {
  AccountId,
  type AccountTransferCommand,
  Amount,
  type TransferCommand,
  type TransferEvent,
  TransferId,
  type TransferReason,
  transfer,
} from '@foldlog/bank'
import { Scenario } from '@foldlog/testing'
import { valid } from '../account/fixtures.ts'

export const idOf = (text: string): TransferId => valid(TransferId, text)
export const accountOf = (text: string): AccountId => valid(AccountId, text)
export const cents = (n: number): Amount => valid(Amount, n)

export const transferId = idOf('t1')
const [from, to] = [accountOf('17'), accountOf('18')]

/** The commands of account 17 as the source of a transfer, and of account 18 as its target. */
export const send = (n: number): AccountTransferCommand => ({
  type: 'SendTransfer',
  data: { accountId: from, transferId, to, amount: cents(n) },
})
export const cancel = (n: number): AccountTransferCommand => ({
  type: 'CancelTransfer',
  data: { accountId: from, transferId, to, amount: cents(n) },
})
export const receive = (n: number): AccountTransferCommand => ({
  type: 'ReceiveTransfer',
  data: { accountId: to, transferId, from, amount: cents(n) },
})
export const recall = (n: number): AccountTransferCommand => ({
  type: 'RecallTransfer',
  data: { accountId: to, transferId, from, amount: cents(n) },
})
export const giveBack = (n: number, reason: TransferReason): AccountTransferCommand => ({
  type: 'ReturnTransfer',
  data: { accountId: from, transferId, to, amount: cents(n), reason },
})

export const sent = (n: number) => ({ type: 'TransferSent', data: { transferId, to, amount: cents(n) } }) as const
export const notSent = (n: number, reason: TransferReason) =>
  ({ type: 'TransferNotSent', data: { transferId, to, amount: cents(n), reason } }) as const
export const received = (n: number) =>
  ({ type: 'TransferReceived', data: { transferId, from, amount: cents(n) } }) as const
export const notReceived = (n: number, reason: TransferReason) =>
  ({ type: 'TransferNotReceived', data: { transferId, from, amount: cents(n), reason } }) as const
export const returned = (n: number, reason: TransferReason) =>
  ({ type: 'TransferReturned', data: { transferId, to, amount: cents(n), reason } }) as const

export const request = (n: number, target: AccountId = to): TransferCommand => ({
  type: 'RequestTransfer',
  data: { transferId, from, to: target, amount: cents(n) },
})
export const requested = (n: number): TransferEvent => ({
  type: 'TransferRequested',
  data: { from, to, amount: cents(n) },
})
export const sameAccount = from

/** As in the tests of accounts: given events, a command, and the expected result. */
export const givenTransfer = Scenario.decider(transfer)
