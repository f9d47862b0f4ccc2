import { writeFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { describeUnknown } from '@foldlog/core'
import { function as F, taskEither as TE } from 'fp-ts'
import type { Overdraft } from '../account/Cents.ts'
import { withBank } from '../books/Bank.ts'
import type { BankError, UnwritableFile } from '../books/BankError.ts'
import { Ledger } from '../books/Ledger.ts'
import { ImportSummary } from '../import/ImportSummary.ts'
import { count } from '../report/money.ts'
import { Environment } from './Environment.ts'
import { type Imported, importFile, sizeOf } from './importFile.ts'

/**
 * The options of an import: the file, the overdraft limit of its accounts, the file for their balances, and the place
 * of the data.
 *
 * @category model
 * @since 0.1.0
 */
export interface ImportCommand {
  readonly file: string
  readonly overdraft: Overdraft
  readonly balances?: string
  readonly database?: string
  readonly store: 'postgres' | 'memory'
}

const writeBalances = (file: string, ledger: Ledger): TE.TaskEither<UnwritableFile, void> =>
  TE.tryCatch(
    () => writeFile(file, Ledger.balances(ledger)),
    (cause): UnwritableFile => ({ _tag: 'UnwritableFile', file, why: describeUnknown(cause) }),
  )

/** The last line of the output. Its format is fixed, because programs read it. */
const closingLine = ({ summary, ledger }: Imported): string =>
  `accepted=${summary.accepted} rejected=${summary.rejected} duplicates=${summary.duplicates} accounts=${ledger.lines.length} total=${ledger.total}`

const differing = ({ differing, firstDiffering }: ImportSummary): string =>
  `${count(differing)} duplicates differ from the rows that are stored under their numbers, the first on line ${firstDiffering}; the stored rows stay`

/**
 * Imports a file of the bank: `npm start -- import FILE`.
 *
 * @category commands
 * @since 0.1.0
 */
export const importCommand = (environment: Environment, command: ImportCommand): TE.TaskEither<BankError, void> => {
  const { output, workingDirectory: from } = environment
  const { overdraft, balances, database, store } = command
  const file = resolve(from, command.file)
  const place = store === 'memory' ? ({ _tag: 'Memory' } as const) : Environment.locationOf(environment, database)
  return F.pipe(
    sizeOf(file),
    TE.chainW(() =>
      withBank(place, ({ books }) => F.pipe(books('bank'), TE.chain(importFile(environment, file, overdraft)))),
    ),
    TE.chainW((imported) => {
      const { summary, ledger } = imported
      if (summary.differing > 0) output.problem(differing(summary))
      output.line(`${count(ImportSummary.rows(summary))} rows of ${relative(from, file)}\n${closingLine(imported)}`)
      return balances === undefined ? TE.right(undefined) : writeBalances(resolve(from, balances), ledger)
    }),
  )
}
