import { type DecodeFailure, describeError, type StoreError } from '@foldlog/core'
import type { EmbeddedPostgresError } from '@foldlog/postgres-embedded'
import { describeImportStopped, type ImportStopped } from '../import/ImportStopped.ts'
import { describeRowError, type UnreadableFile } from '../import/RowError.ts'

/**
 * The address of a database that is none. It is not repeated here: it may hold a password.
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
 * Everything a command of the bank can end with.
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

/**
 * A {@link BankError} in sentences for people.
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
      return `there is no account ${error.id}; \`npm start -- accounts\` shows those there are`
    default:
      return describeError(error)
  }
}
