import { function as F, taskEither as TE } from 'fp-ts'
import { type Bank, type BooksName, withBank } from '../books/Bank.ts'
import type { BankError } from '../books/BankError.ts'
import { Ledger } from '../books/Ledger.ts'
import { ledgerTable } from '../report/ledgerTable.ts'
import { Environment } from './Environment.ts'

interface Found {
  readonly name: BooksName
  readonly ledger: Ledger
}

const ledgerIn =
  ({ books }: Bank) =>
  (name: BooksName): TE.TaskEither<BankError, Found> =>
    F.pipe(
      books(name),
      TE.chainW((store) => Ledger.read(store)),
      TE.map((ledger) => ({ name, ledger })),
    )

const nothing = 'There are no accounts yet. `npm start` makes some, `npm start -- import FILE` more.'

const titles: Readonly<Record<BooksName, string>> = {
  bank: 'Imported accounts (those of the sample: npm start -- accounts --sample)',
  sample: 'Accounts of the sample',
}

const report = ({ name, ledger }: Found): string =>
  ledger.lines.length === 0 ? nothing : `${titles[name]}\n\n${ledgerTable(ledger)}`

/**
 * Shows all accounts: `npm start -- accounts`. Those of imported files; those of the sample when they are wanted, or when there are no others.
 *
 * @category commands
 * @since 0.1.0
 */
export const accountsCommand = (
  environment: Environment,
  { sample, database }: { readonly sample: boolean; readonly database?: string },
): TE.TaskEither<BankError, void> =>
  F.pipe(
    withBank(Environment.placeOf(environment, database), (bank) =>
      F.pipe(
        ledgerIn(bank)(sample ? 'sample' : 'bank'),
        TE.chain((found) => (found.ledger.lines.length > 0 ? TE.right(found) : ledgerIn(bank)('sample'))),
      ),
    ),
    TE.map((found) => environment.output.line(report(found))),
  )
