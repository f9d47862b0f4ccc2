import { stat } from 'node:fs/promises'
import { describeUnknown, type EventStore } from '@foldlog/core'
import { function as F, taskEither as TE } from 'fp-ts'
import type { Overdraft } from '../account/Cents.ts'
import type { BankError } from '../books/BankError.ts'
import { Ledger } from '../books/Ledger.ts'
import type { ImportSummary } from '../import/ImportSummary.ts'
import { importDispatcher } from '../import/importDispatcher.ts'
import { importRows } from '../import/importRows.ts'
import type { UnreadableFile } from '../import/RowError.ts'
import { type NumberedRow, rows } from '../import/rows.ts'
import { Progress } from '../report/Progress.ts'
import type { Environment } from './Environment.ts'

/**
 * The result of an import: the summary of its rows, and the resulting accounts.
 *
 * @category model
 * @since 0.1.0
 */
export interface Imported {
  readonly summary: ImportSummary
  readonly ledger: Ledger
}

/**
 * The size of a file in bytes. It is read before anything starts for the import.
 *
 * @category constructors
 * @since 0.1.0
 */
export const sizeOf = (file: string): TE.TaskEither<UnreadableFile, number> =>
  TE.tryCatch(
    async () => (await stat(file)).size,
    (cause): UnreadableFile => ({ _tag: 'UnreadableFile', file, why: describeUnknown(cause) }),
  )

/**
 * Imports a file into the store, and reports its progress.
 *
 * @category constructors
 * @since 0.1.0
 */
export const importFile =
  ({ output, signal }: Environment, file: string, overdraft: Overdraft) =>
  (store: EventStore): TE.TaskEither<BankError, Imported> =>
    F.pipe(
      sizeOf(file),
      TE.chainW((size) => {
        const { dispatch, stop } = importDispatcher(store)
        const progress = Progress.make(output, size)
        const onRow = ({ bytes }: NumberedRow) => progress.advance(bytes)
        return async () => {
          const summary = await importRows({ rows: rows(file), dispatch, overdraft, signal, onRow })()
          progress.end()
          await stop()
          return summary
        }
      }),
      TE.bindTo('summary'),
      TE.bindW('ledger', ({ summary }) => Ledger.read(store, summary.position)),
    )
