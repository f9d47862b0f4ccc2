import type { DispatchContext, DispatchError, Dispatched } from '@foldlog/dispatcher'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { AccountError } from '../account/AccountError.ts'
import type { Overdraft } from '../account/Cents.ts'
import type { AccountCommand } from '../account/Commands.ts'
import type { AccountEvent } from '../account/Events.ts'
import type { ImportStopped } from './ImportStopped.ts'
import { ImportSummary } from './ImportSummary.ts'
import { makeSemaphore } from './internal/Semaphore.ts'
import type { RowError } from './RowError.ts'
import type { NumberedRow } from './rows.ts'

/**
 * The options of an import. At most `inFlight` rows (4,000 by default) are in progress at once. `onRow` is called after
 * every completed row.
 *
 * @category model
 * @since 0.1.0
 */
export interface ImportOptions {
  readonly rows: AsyncIterable<E.Either<RowError, NumberedRow>>
  readonly dispatch: (
    command: AccountCommand,
    context: DispatchContext,
  ) => TE.TaskEither<DispatchError | AccountError, Dispatched<AccountEvent>>
  readonly overdraft: Overdraft
  readonly inFlight?: number
  readonly signal?: AbortSignal
  readonly onRow?: (row: NumberedRow) => void
}

/**
 * Turns each row into a command with the number of the row as its id, so that a row is handled once, however often it
 * is imported. Rows of one account are handled in the order of the file, because the dispatcher keeps the order of its
 * calls. The first problem ends the import, after the rows in progress.
 *
 * @category constructors
 * @since 0.1.0
 */
export const importRows = (options: ImportOptions): TE.TaskEither<ImportStopped, ImportSummary> => {
  const { rows, dispatch, overdraft, inFlight = 4_000, signal, onRow } = options
  return async () => {
    let summary = ImportSummary.empty
    let why: ImportStopped['why'] | undefined
    const slots = makeSemaphore(inFlight)

    const handle = async (numbered: NumberedRow): Promise<void> => {
      const { line, row } = numbered
      const { transaction, account, name, entry } = row
      const data = { accountId: account, entry, terms: { name, overdraft } }
      const result = await dispatch({ type: 'PostEntry', data }, { commandId: transaction })()
      if (E.isRight(result)) {
        summary = ImportSummary.add(summary, numbered, result.right)
        onRow?.(numbered)
      } else if (why?._tag !== 'RowNotStored' || line < why.line) {
        why = { _tag: 'RowNotStored', line, error: result.left }
      }
      slots.release()
    }

    for await (const next of rows) {
      await slots.acquire()
      if (signal?.aborted) why ??= { _tag: 'Interrupted' }
      else if (E.isLeft(next)) why ??= next.left
      if (why !== undefined || E.isLeft(next)) {
        slots.release()
        break
      }
      void handle(next.right)
    }
    await slots.idle()
    return why === undefined ? E.right(summary) : E.left({ _tag: 'ImportStopped', why, summary })
  }
}
