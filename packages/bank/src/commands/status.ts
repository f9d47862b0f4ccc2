import { RuntimeStatus } from '@foldlog/subscriptions'
import { function as F, taskEither as TE } from 'fp-ts'
import type { BankError } from '../books/BankError.ts'
import { statusTable } from '../report/statusTable.ts'
import { type CommandTarget, inBank } from './CommandTarget.ts'
import { allBooks } from './chooseBooks.ts'
import type { Environment } from './Environment.ts'

/**
 * Shows the status of all handlers, in all processes: `npm start -- status`.
 *
 * @category commands
 * @since 0.1.0
 */
export const statusCommand = (environment: Environment, where: CommandTarget): TE.TaskEither<BankError, void> =>
  inBank(environment, where, (bank) =>
    F.pipe(
      allBooks(bank),
      TE.chainW(
        TE.traverseSeqArray(({ name, store }) =>
          F.pipe(
            RuntimeStatus.read(store),
            TE.map((status) => [name, status] as const),
          ),
        ),
      ),
      TE.map((all) => environment.output.line(statusTable(all))),
    ),
  )
