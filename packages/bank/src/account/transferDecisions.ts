import { either as E, function as F } from 'fp-ts'
import type { TransferId } from '../transfer/TransferId.ts'
import type { TransferReason } from '../transfer/TransferReason.ts'
import { reasonOf } from './AccountError.ts'
import type { AccountId } from './AccountId.ts'
import type { Amount } from './Cents.ts'
import type { AccountEvent } from './Events.ts'
import { type Account, decisionOn, sentByTransfers } from './Fold.ts'
import { checkIn, checkOut, whenOpen } from './rules.ts'

interface Moves {
  readonly accountId: AccountId
  readonly transferId: TransferId
  readonly amount: Amount
}

/**
 * The commands of a transfer for accounts: the source account sends the money, or declines; the target account receives
 * it, or declines; the source account takes the sent money back.
 *
 * @category model
 * @since 0.1.0
 */
export type AccountTransferCommand =
  | { readonly type: 'SendTransfer'; readonly data: Moves & { readonly to: AccountId } }
  | { readonly type: 'CancelTransfer'; readonly data: Moves & { readonly to: AccountId } }
  | { readonly type: 'ReceiveTransfer'; readonly data: Moves & { readonly from: AccountId } }
  | { readonly type: 'RecallTransfer'; readonly data: Moves & { readonly from: AccountId } }
  | {
      readonly type: 'ReturnTransfer'
      readonly data: Moves & { readonly to: AccountId; readonly reason: TransferReason }
    }

type Events = ReadonlyArray<AccountEvent>

const send = ({ transferId, to, amount }: Moves & { readonly to: AccountId }, account: Account): AccountEvent =>
  F.pipe(
    whenOpen(account),
    E.chainFirst(checkOut(amount)),
    E.filterOrElseW(
      // Their sum must be exact, too: all of it may come back.
      (open) => Number.isSafeInteger(sentByTransfers(open) + amount),
      ({ balance }) => ({ _tag: 'OutOfRange', balance, amount }) as const,
    ),
    E.match(
      (error): AccountEvent => ({
        type: 'TransferNotSent',
        data: { transferId, to, amount, reason: reasonOf(error) },
      }),
      (): AccountEvent => ({ type: 'TransferSent', data: { transferId, to, amount } }),
    ),
  )

const receive = ({ transferId, from, amount }: Moves & { readonly from: AccountId }, account: Account): AccountEvent =>
  F.pipe(
    whenOpen(account),
    E.chain(checkIn(amount)),
    E.match(
      (error): AccountEvent => ({
        type: 'TransferNotReceived',
        data: { transferId, from, amount, reason: reasonOf(error) },
      }),
      (): AccountEvent => ({ type: 'TransferReceived', data: { transferId, from, amount } }),
    ),
  )

const late = 'no answer in time'

/**
 * Decides a command of a transfer. An account decides once about a transfer: its decision about the first of these
 * commands is an event, even when it declines. Later commands change nothing. So it does not matter which command was
 * delayed, repeated or overtaken.
 *
 * The one exception: the sent money comes back once, even to an account that was closed meanwhile. Its balance is then
 * the debt of the bank to the holder.
 *
 * @category destructors
 * @since 0.1.0
 */
export const decideTransfer = ({ type, data }: AccountTransferCommand, account: Account): Events => {
  const { transferId, amount } = data
  const fate = decisionOn(transferId, account)
  if (type === 'ReturnTransfer') {
    const { to, reason } = data
    return fate?.outcome === 'sent'
      ? [{ type: 'TransferReturned', data: { transferId, to, amount: fate.amount, reason } }]
      : []
  }
  if (fate !== undefined) return []
  switch (type) {
    case 'SendTransfer':
      return [send(data, account)]
    case 'CancelTransfer':
      return [{ type: 'TransferNotSent', data: { transferId, to: data.to, amount, reason: late } }]
    case 'ReceiveTransfer':
      return [receive(data, account)]
    case 'RecallTransfer':
      return [{ type: 'TransferNotReceived', data: { transferId, from: data.from, amount, reason: late } }]
  }
}
