import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { either as E, type taskEither as TE } from 'fp-ts'
import { Overdraft } from './account/Cents.ts'
import type { BankError } from './books/BankError.ts'
import { accountCommand } from './commands/account.ts'
import { accountsCommand } from './commands/accounts.ts'
import type { Environment } from './commands/Environment.ts'
import { type ImportCommand, importCommand } from './commands/import.ts'
import { startCommand } from './commands/start.ts'

const parseOverdraft = (text: string): Overdraft => {
  const overdraft = Overdraft.decode(text === 'none' ? 'unlimited' : /^\d+$/.test(text) ? Number(text) : undefined)
  // How commander is told; it catches this.
  if (E.isLeft(overdraft)) throw new InvalidArgumentError('Expected an integer from 0 up, in 1/100 CZK, or none.')
  return overdraft.right
}

const database = () =>
  new Option('--database <url>', 'a Postgres of your own instead of the one in .foldlog').env('FOLDLOG_DATABASE_URL')

/** What commander makes of {@link database}. */
interface Where {
  readonly database?: string
}

/**
 * The command line of the bank. `run` gets what a command is to do.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeProgram = (
  environment: Environment,
  run: (work: TE.TaskEither<BankError, void>) => Promise<void>,
): Command => {
  const program = new Command('npm start --')
    .description('The example application of foldlog: a bank.')
    .showHelpAfterError()
    .configureHelp({ showGlobalOptions: true })
  program
    .command('start')
    .description('import the bundled sample and show what came of it; the default')
    .addOption(database())
    .action((options: Where) => run(startCommand(environment, options)))
  program
    .command('import')
    .description('import a file of transactions; once imported, a row is a duplicate')
    .addArgument(new Argument('<file>', 'in the format of the bank, such as that of the sample'))
    .addOption(
      new Option('--overdraft <limit>', 'how far below zero an account may go, in 1/100 CZK, or none for no limit')
        .argParser(parseOverdraft)
        .default('unlimited', 'none'),
    )
    .option('--balances <out>', 'write the balances to a file, as lines account;balance in 1/100 CZK')
    .addOption(
      new Option('--store <store>', 'where events are kept').choices(['postgres', 'memory']).default('postgres'),
    )
    .addOption(database())
    .action((file: string, options: Omit<ImportCommand, 'file'>) =>
      run(importCommand(environment, { file, ...options })),
    )
  program
    .command('account')
    .description('show an account and its history')
    .addArgument(new Argument('<id>', 'its number'))
    .addOption(database())
    .action((id: string, options: Where) => run(accountCommand(environment, { id, ...options })))
  program
    .command('accounts')
    .description('show all accounts: of imported files, or of the sample while there are no others')
    .option('--sample', 'of the sample', false)
    .addOption(database())
    .action((options: Where & { readonly sample: boolean }) => run(accountsCommand(environment, options)))
  return program
}

/**
 * Command-line arguments in which the command is named: `start` when it is not.
 *
 * @category constructors
 * @since 0.1.0
 */
export const withDefault = (given: ReadonlyArray<string>): ReadonlyArray<string> => {
  const [first] = given
  return first === undefined || (first.startsWith('-') && first !== '--help' && first !== '-h')
    ? ['start', ...given]
    : given
}
