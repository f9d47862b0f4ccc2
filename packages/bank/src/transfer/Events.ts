import { EventCodec, type EventOf } from '@foldlog/core'
import * as t from 'io-ts'
import { AccountId } from '../account/AccountId.ts'
import { Amount } from '../account/Cents.ts'
import { TransferReason } from './TransferReason.ts'

/**
 * The events of a transfer, as they are stored: it is requested, and it ends in one of three ways. The money moves in
 * the accounts.
 *
 * `TransferRefused`: no money was ever taken. `TransferCompensated`: the taken money was returned to its source.
 *
 * @category codecs
 * @since 0.1.0
 */
export const TransferEvent = EventCodec.make({
  TransferRequested: t.strict({ from: AccountId, to: AccountId, amount: Amount }),
  TransferCompleted: t.strict({}),
  TransferRefused: t.strict({ reason: TransferReason }),
  TransferCompensated: t.strict({ reason: TransferReason }),
})

/**
 * An event of a transfer.
 *
 * @category model
 * @since 0.1.0
 */
export type TransferEvent = EventOf<typeof TransferEvent>
