import { either as E, function as F } from 'fp-ts'
import { reasonOf } from './AccountError.ts'
import type { AccountTransferCommand } from './Commands.ts'
import type { AccountEvent } from './Events.ts'
import { type Account, decisionOn, sentByTransfers } from './Fold.ts'
import { checkIn, checkOut, whenOpen } from './rules.ts'

type DataOf<Type extends AccountTransferCommand['type']> = Extract<
  AccountTransferCommand,
  { readonly type: Type }
>['data']

type Events = ReadonlyArray<AccountEvent>

const send = ({ transferId, to, amount }: DataOf<'SendTransfer'>, account: Account): AccountEvent =>
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

const receive = ({ transferId, from, amount }: DataOf<'ReceiveTransfer'>, account: Account): AccountEvent =>
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
