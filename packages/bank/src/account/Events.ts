import { EventCodec, type EventOf } from '@foldlog/core'
import { type Branded, type BrandedCodec, brandedText } from '@foldlog/core/codecs'
import * as t from 'io-ts'
import { TransferId } from '../transfer/TransferId.ts'
import { TransferReason } from '../transfer/TransferReason.ts'
import { AccountId } from './AccountId.ts'
import { Amount, Overdraft } from './Cents.ts'
import { Credit, Debit, Entry } from './Entry.ts'

/**
 * The name of an account: a text that is not blank.
 *
 * @category model
 * @since 0.1.0
 */
export type AccountName = Branded<string, 'AccountName'>

/**
 * The codec of {@link AccountName}.
 *
 * @category codecs
 * @since 0.1.0
 */
export const AccountName: BrandedCodec<string, 'AccountName'> = brandedText('AccountName')

/**
 * Why an entry of the books could not be applied.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Reason = t.keyof({ overdrawn: null, 'not open': null, 'out of range': null })

/**
 * Why an entry was declined.
 *
 * @category model
 * @since 0.1.0
 */
export type Reason = t.TypeOf<typeof Reason>

const incoming = { transferId: TransferId, from: AccountId, amount: Amount }
const outgoing = { transferId: TransferId, to: AccountId, amount: Amount }

/**
 * The events of an account, as they are stored.
 *
 * `OverdraftChanged` records the new limit of a later statement. `EntryDeclined` records an entry of an imported
 * statement that the rules declined: the decision stays, whatever the balance is when the same statement is imported
 * again.
 *
 * The source account of a transfer has sent it or not, the target account has received it or not: the first decision is
 * final. `TransferReturned`: the sent money came back, for the reason that the other account gave.
 *
 * @category codecs
 * @since 0.1.0
 */
export const AccountEvent = EventCodec.make({
  AccountOpened: t.strict({ name: AccountName, overdraft: Overdraft }),
  AccountRenamed: t.strict({ from: AccountName, to: AccountName }),
  AccountClosed: t.strict({}),
  OverdraftChanged: t.strict({ from: Overdraft, to: Overdraft }),
  MoneyDeposited: Credit,
  MoneyWithdrawn: Debit,
  EntryDeclined: t.strict({ entry: Entry, reason: Reason }),
  TransferSent: t.strict(outgoing),
  TransferNotSent: t.strict({ ...outgoing, reason: TransferReason }),
  TransferReceived: t.strict(incoming),
  TransferNotReceived: t.strict({ ...incoming, reason: TransferReason }),
  TransferReturned: t.strict({ ...outgoing, reason: TransferReason }),
})

/**
 * An event of an account.
 *
 * @category model
 * @since 0.1.0
 */
export type AccountEvent = EventOf<typeof AccountEvent>
