import { describeError } from '@foldlog/core'
import type { DispatchError } from '@foldlog/dispatcher'
import type { AccountError } from '../account/AccountError.ts'
import { count } from '../report/money.ts'
import { ImportSummary } from './ImportSummary.ts'
import { describeRowError, type RowError } from './RowError.ts'

/**
 * A row that could not be stored. It may have been stored all the same, when the answer was lost; another import shows
 * that.
 *
 * @category errors
 * @since 0.1.0
 */
export interface RowNotStored {
  readonly _tag: 'RowNotStored'
  readonly line: number
  readonly error: DispatchError | AccountError
}

/**
 * The user interrupted the import.
 *
 * @category errors
 * @since 0.1.0
 */
export interface Interrupted {
  readonly _tag: 'Interrupted'
}

/**
 * An import that did not reach the end of its file, and the summary of the rows before.
 *
 * @category errors
 * @since 0.1.0
 */
export interface ImportStopped {
  readonly _tag: 'ImportStopped'
  readonly why: RowError | RowNotStored | Interrupted
  readonly summary: ImportSummary
}

const describeWhy = (why: ImportStopped['why']): string => {
  switch (why._tag) {
    case 'Interrupted':
      return 'interrupted'
    case 'RowNotStored':
      return `line ${why.line} could not be stored: ${describeNotStored(why.error)}`
    default:
      return describeRowError(why)
  }
}

const describeNotStored = (error: RowNotStored['error']): string => {
  switch (error._tag) {
    case 'AlreadyOpened':
    case 'NotOpen':
    case 'Overdrawn':
    case 'OutOfRange':
      return error._tag
    default:
      return describeError(error)
  }
}

/**
 * Describes an {@link ImportStopped} in sentences for the user.
 *
 * @category destructors
 * @since 0.1.0
 */
export const describeImportStopped = ({ why, summary }: ImportStopped): string =>
  ImportSummary.rows(summary) === 0
    ? describeWhy(why)
    : `${describeWhy(why)}\n${count(ImportSummary.rows(summary))} rows were handled. Those that are stored are duplicates when the file is imported again.`
