import { CommandCodec, type CommandOf } from '@foldlog/core'
import * as t from 'io-ts'
import { AccountId } from '../account/AccountId.ts'
import { Amount } from '../account/Cents.ts'
import { TransferId } from './TransferId.ts'
import { TransferReason } from './TransferReason.ts'

/**
 * The commands of a transfer. A user requests it; the process that carries it out reports its end.
 *
 * @category codecs
 * @since 0.1.0
 */
export const TransferCommand = CommandCodec.make({
  RequestTransfer: t.strict({ transferId: TransferId, from: AccountId, to: AccountId, amount: Amount }),
  CompleteTransfer: t.strict({ transferId: TransferId }),
  RefuseTransfer: t.strict({ transferId: TransferId, reason: TransferReason }),
  CompensateTransfer: t.strict({ transferId: TransferId, reason: TransferReason }),
})

/**
 * A command of a transfer.
 *
 * @category model
 * @since 0.1.0
 */
export type TransferCommand = CommandOf<typeof TransferCommand>
