import { function as F, taskEither as TE } from 'fp-ts'
import { type Bank, withBank } from '../books/Bank.ts'
import type { BankError } from '../books/BankError.ts'
import { type ChosenBooks, chooseBooks } from './chooseBooks.ts'
import { Environment } from './Environment.ts'

/**
 * The target of a command, as the user names it: a server, by default the one that the bank starts; the sample, or the
 * bank's own data.
 *
 * @category model
 * @since 0.1.0
 */
export interface CommandTarget {
  readonly database?: string
  readonly sample?: boolean
}

/**
 * Opens the target bank while it is used.
 *
 * @category combinators
 * @since 0.1.0
 */
export const inBank = <A>(
  environment: Environment,
  { database }: CommandTarget,
  use: (bank: Bank) => TE.TaskEither<BankError, A>,
): TE.TaskEither<BankError, A> => withBank(Environment.locationOf(environment, database), use)

/**
 * Opens the target books while they are used.
 *
 * @category combinators
 * @since 0.1.0
 */
export const inBooks = <A>(
  environment: Environment,
  where: CommandTarget,
  use: (books: ChosenBooks) => TE.TaskEither<BankError, A>,
): TE.TaskEither<BankError, A> =>
  inBank(environment, where, (bank) => F.pipe(chooseBooks(bank, where.sample ?? false), TE.chain(use)))
