import {
  type DecodeFailure,
  describeError,
  type HandlerMismatch,
  type StoreError,
  type ViewDecodeFailure,
} from '@foldlog/core'
import type { DispatchError, VersionNotFound } from '@foldlog/dispatcher'
import type { PortUnavailable } from '@foldlog/hono-server'
import type { EmbeddedPostgresError } from '@foldlog/postgres-embedded'
import type { UnknownHandler } from '@foldlog/subscriptions'
import type { AccountError } from '../account/AccountError.ts'
import { describeImportStopped, type ImportStopped } from '../import/ImportStopped.ts'
import { describeRowError, type UnreadableFile } from '../import/RowError.ts'
import { describeLimit } from '../report/describe.ts'
import { money } from '../report/money.ts'
import type { TransferError } from '../transfer/Decisions.ts'

/**
 * The address of a database is invalid. It is not repeated here: it may hold a password.
 *
 * @category errors
 * @since 0.1.0
 */
export interface InvalidDatabaseUrl {
  readonly _tag: 'InvalidDatabaseUrl'
  readonly why: string
}

/**
 * The bank has no account with this number.
 *
 * @category errors
 * @since 0.1.0
 */
export interface NoSuchAccount {
  readonly _tag: 'NoSuchAccount'
  readonly id: string
}

/**
 * A file could not be written.
 *
 * @category errors
 * @since 0.1.0
 */
export interface UnwritableFile {
  readonly _tag: 'UnwritableFile'
  readonly file: string
  readonly why: string
}

/**
 * A transfer that moved no money, or whose end is unknown.
 *
 * @category errors
 * @since 0.1.0
 */
export interface TransferNotDone {
  readonly _tag: 'TransferNotDone'
  readonly id: string
  readonly status: 'refused' | 'compensated' | 'under way' | 'hindered'
}

/**
 * A handler has no parked event at this position of the log, or none at all when no position is given.
 *
 * @category errors
 * @since 0.1.0
 */
export interface NothingParked {
  readonly _tag: 'NothingParked'
  readonly handler: string
  readonly position: number | undefined
}

/**
 * A command that began and did not finish: it was interrupted, or took too long. It is safe to repeat it.
 *
 * @category errors
 * @since 0.1.0
 */
export interface NotFinished {
  readonly _tag: 'NotFinished'
  readonly what: string
}

/**
 * Every error of a command of the bank.
 *
 * @category errors
 * @since 0.1.0
 */
export type BankError =
  | ImportStopped
  | UnreadableFile
  | UnwritableFile
  | InvalidDatabaseUrl
  | NoSuchAccount
  | EmbeddedPostgresError
  | StoreError
  | DecodeFailure
  | AccountError
  | TransferError
  | TransferNotDone
  | DispatchError
  | VersionNotFound
  | HandlerMismatch
  | UnknownHandler
  | ViewDecodeFailure
  | NothingParked
  | NotFinished
  | PortUnavailable

const describeNotDone = ({ id, status }: TransferNotDone): string => {
  switch (status) {
    case 'refused':
      return 'no money was moved'
    case 'compensated':
      return 'the money was returned to the account that sent it'
    case 'under way':
      return `transfer ${id} is in progress; \`npm start -- serve\` completes it`
    case 'hindered':
      return `transfer ${id} is in progress, but an account did not answer: \`npm start -- account ID\` shows the reason. \`npm start -- serve\` retries with growing delays`
  }
}

/**
 * Describes a {@link BankError} in sentences for the user.
 *
 * @category destructors
 * @since 0.1.0
 */
export const describeBankError = (error: BankError): string => {
  if ('message' in error) return error.message
  switch (error._tag) {
    case 'ImportStopped':
      return describeImportStopped(error)
    case 'UnreadableFile':
      return describeRowError(error)
    case 'UnwritableFile':
      return `${error.file}: ${error.why}`
    case 'InvalidDatabaseUrl':
      return `expected a database as postgres://user:password@host:port/name (${error.why})`
    case 'NoSuchAccount':
      return `there is no account ${error.id}; \`npm start -- accounts\` lists the accounts`
    case 'AlreadyOpened':
      return 'an account with this number already exists'
    case 'NotOpen':
      return error.status === 'closed' ? 'the account is closed' : 'the account does not exist'
    case 'Overdrawn':
      return `the account has ${money(error.balance)} CZK, and its limit is ${describeLimit(error.overdraft)}: too little for ${money(error.amount)}`
    case 'OutOfRange':
      return `the account has ${money(error.balance)} CZK; a change by ${money(error.amount)} would leave the range of exact numbers`
    case 'SameAccount':
      return 'a transfer needs two different accounts'
    case 'OtherTerms':
      return `another transfer has this number: ${money(error.terms.amount)} CZK from ${error.terms.from} to ${error.terms.to}`
    case 'NotUnderWay':
      return `the transfer is ${error.status}`
    case 'TransferNotDone':
      return describeNotDone(error)
    case 'UnknownHandler':
      return `there is no handler ${error.name}; the handlers are ${error.known.join(', ')}`
    case 'ViewDecodeFailure':
      return `the view ${error.key} of ${error.projection} is malformed (${error.why}); \`npm start -- rebuild ${error.projection}\` rebuilds it`
    case 'NothingParked':
      return error.position === undefined
        ? `${error.handler} has no parked events`
        : `${error.handler} has no parked event at position ${error.position}`
    case 'NotFinished':
      return error.what
    case 'PortUnavailable':
      return `port ${error.port} is not available: ${error.why}`
    default:
      return describeError(error)
  }
}
