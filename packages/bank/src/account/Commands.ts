import { CommandCodec, type CommandOf } from '@foldlog/core'
import * as t from 'io-ts'
import { TransferId } from '../transfer/TransferId.ts'
import { TransferReason } from '../transfer/TransferReason.ts'
import { AccountId } from './AccountId.ts'
import { Amount, Overdraft } from './Cents.ts'
import { Credit, Debit, Entry } from './Entry.ts'
import { AccountName } from './Events.ts'

/**
 * The terms of an account, agreed on when it is opened.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Terms = t.strict({ name: AccountName, overdraft: Overdraft })

/**
 * The terms of an account; see the codec of the same name.
 *
 * @category model
 * @since 0.1.0
 */
export type Terms = t.TypeOf<typeof Terms>

/** Any text may be asked for: the stream refuses a number that cannot name it. */
const accountId = t.string
const moves = { accountId: AccountId, transferId: TransferId, amount: Amount }

/**
 * The commands of a transfer for accounts: the source account sends the money, or declines; the target account receives
 * it, or declines; the source account takes the sent money back.
 *
 * @category codecs
 * @since 0.1.0
 */
export const AccountTransferCommand = CommandCodec.make({
  SendTransfer: t.strict({ ...moves, to: AccountId }),
  CancelTransfer: t.strict({ ...moves, to: AccountId }),
  ReceiveTransfer: t.strict({ ...moves, from: AccountId }),
  RecallTransfer: t.strict({ ...moves, from: AccountId }),
  ReturnTransfer: t.strict({ ...moves, to: AccountId, reason: TransferReason }),
})

/**
 * A command of a transfer for an account.
 *
 * @category model
 * @since 0.1.0
 */
export type AccountTransferCommand = CommandOf<typeof AccountTransferCommand>

/**
 * The commands of an account.
 *
 * `PostEntry` is a line of a statement of the bank. It opens an account that has no line yet, on the terms of the
 * statement; the limit of those terms holds from then on. When the rules decline the line, the refusal is an event and
 * no error.
 *
 * @category codecs
 * @since 0.1.0
 */
export const AccountCommand = CommandCodec.make({
  OpenAccount: t.strict({ accountId, name: AccountName, overdraft: Overdraft }),
  RenameAccount: t.strict({ accountId, name: AccountName }),
  CloseAccount: t.strict({ accountId }),
  Deposit: t.strict({ accountId, entry: Credit }),
  Withdraw: t.strict({ accountId, entry: Debit }),
  PostEntry: t.strict({ accountId, entry: Entry, terms: Terms }),
  ...AccountTransferCommand.codecs,
})

/**
 * A command of an account.
 *
 * @category model
 * @since 0.1.0
 */
export type AccountCommand = CommandOf<typeof AccountCommand>
