import { Route } from '@foldlog/http'
import type { AccountError } from '../account/AccountError.ts'
import type { AccountCommand } from '../account/Commands.ts'
import type { BooksStore } from '../books/Bank.ts'
import type { NotFinished } from '../books/BankError.ts'
import type { BankApplication } from '../handlers/bankApplication.ts'
import type { TransferCommand } from '../transfer/Commands.ts'
import type { TransferError } from '../transfer/Decisions.ts'

/**
 * The rejections of the bank over HTTP.
 *
 * @category errors
 * @since 0.1.0
 */
export type WebError = AccountError | TransferError | NotFinished

/**
 * The parts of the bank that its routes read: accounts and transfers by their events, and the store of the table.
 *
 * @category model
 * @since 0.1.0
 */
export interface Web extends Pick<BankApplication, 'load'> {
  readonly store: BooksStore
}

/**
 * The constructors of the routes of the bank.
 *
 * @category constructors
 * @since 0.1.0
 */
export const bankRoute = Route.of<{ command: AccountCommand | TransferCommand; environment: Web }>()
