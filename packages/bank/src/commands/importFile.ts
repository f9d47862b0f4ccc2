import { stat } from 'node:fs/promises'
import type { EventStore } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { function as F, taskEither as TE } from 'fp-ts'
import type { Overdraft } from '../account/Cents.ts'
import { account } from '../account/Service.ts'
import type { BankError } from '../books/BankError.ts'
import { Ledger } from '../books/Ledger.ts'
import { failStop } from '../import/failStop.ts'
import { importRows } from '../import/importRows.ts'
import type { UnreadableFile } from '../import/RowError.ts'
import { rows } from '../import/rows.ts'
import type { Tally } from '../import/Tally.ts'
import { Progress } from '../report/Progress.ts'
import type { Environment } from './Environment.ts'

/**
 * What an import came to: the rows of its file, and all accounts as they are then.
 *
 * @category model
 * @since 0.1.0
 */
export interface Imported {
  readonly tally: Tally
  readonly ledger: Ledger
}

/**
 * The size of a file in bytes. Asked before anything is started for its sake.
 *
 * @category constructors
 * @since 0.1.0
 */
export const sizeOf = (file: string): TE.TaskEither<UnreadableFile, number> =>
  TE.tryCatch(
    async () => (await stat(file)).size,
    (cause): UnreadableFile => ({
      _tag: 'UnreadableFile',
      file,
      why: cause instanceof Error ? cause.message : String(cause),
    }),
  )

/**
 * Imports a file into books, and tells how far it has come.
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
        const { dispatch, stop } = makeDispatcher({ store: failStop(store), aggregates: [account] })
        const progress = Progress.make(output, size)
        const onRow = ({ bytes }: { readonly bytes: number }, done: number) => progress.advance(bytes, done)
        return async () => {
          const tally = await importRows({ rows: rows(file), dispatch, overdraft, signal, onRow })()
          progress.end()
          await stop()
          return tally
        }
      }),
      TE.bindTo('tally'),
      TE.bindW('ledger', ({ tally }) => Ledger.read(store, tally.position)),
    )
