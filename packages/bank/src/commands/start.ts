import { relative } from 'node:path'
import { function as F, taskEither as TE } from 'fp-ts'
import { type StoreLocation, withBank } from '../books/Bank.ts'
import type { BankError } from '../books/BankError.ts'
import type { Ledger } from '../books/Ledger.ts'
import type { ImportSummary } from '../import/ImportSummary.ts'
import { ledgerTable } from '../report/ledgerTable.ts'
import { count } from '../report/money.ts'
import { sampleFile } from '../sampleFile.ts'
import { Environment } from './Environment.ts'
import { type Imported, importFile } from './importFile.ts'

const describeLocation = (place: StoreLocation): string =>
  place._tag === 'Embedded'
    ? `A bank on a real Postgres, which runs in ${place.directory} while this program runs; its data stays there.`
    : 'A bank on your Postgres, in the schema bank_sample.'

const describeImport = ({ accepted, rejected, duplicates }: ImportSummary): string => {
  if (accepted + rejected === 0) {
    return `Nothing has changed: an earlier run imported all ${count(duplicates)} rows, and each row is handled once.`
  }
  const before = duplicates === 0 ? '' : `; an earlier run handled ${count(duplicates)} others`
  return `${count(accepted)} rows were accepted and ${count(rejected)} rejected${before}.`
}

/** The account with the deepest debt is the most instructive. */
const accountInDebt = ({ lines }: Ledger): string =>
  [...lines].sort((a, b) => a.account.balance - b.account.balance)[0]?.id ?? 'ID'

/** The account with the highest balance pays, the next one receives. */
const transferArguments = ({ lines }: Ledger): string => {
  const [first, second] = [...lines].sort((a, b) => b.account.balance - a.account.balance)
  return `${first?.id ?? 'FROM'} ${second?.id ?? 'TO'}`
}

const hints = (file: string, ledger: Ledger): string =>
  [
    'Try next:',
    `  npm start -- account ${accountInDebt(ledger)}`,
    '      the history of an account in debt',
    `  npm start -- transfer ${transferArguments(ledger)} 12.50 --sample`,
    '      money from one account to another; to follow it in another terminal: npm start -- watch',
    `  npm start -- import ${file} --overdraft 0 --store memory`,
    '      the same rows without overdraft: some are rejected',
    '  npm start -- import FILE',
    '      a file of your own, in books apart from the sample',
    '  npm start -- --help',
  ].join('\n')

/**
 * Imports the bundled sample and shows the result: `npm start`.
 *
 * @category commands
 * @since 0.1.0
 */
export const startCommand = (
  environment: Environment,
  { database }: { readonly database?: string },
): TE.TaskEither<BankError, void> => {
  const { output, workingDirectory: from } = environment
  const place = Environment.locationOf(environment, database)
  const file = relative(from, sampleFile)
  const report = ({ summary, ledger }: Imported): void =>
    output.line(`\n${ledgerTable(ledger)}\n\n${describeImport(summary)}\n\n${hints(file, ledger)}`)
  output.line(`${describeLocation(place)}\nImporting ${file}`)
  return F.pipe(
    withBank(place, ({ books }) => F.pipe(books('sample'), TE.chain(importFile(environment, sampleFile, 'unlimited')))),
    TE.map(report),
  )
}
