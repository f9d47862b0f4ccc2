import { Argument, type Command, Option } from 'commander'
import { accountCommand } from '../commands/account.ts'
import { accountsCommand } from '../commands/accounts.ts'
import type { CommandTarget } from '../commands/CommandTarget.ts'
import type { Environment } from '../commands/Environment.ts'
import { type ImportCommand, importCommand } from '../commands/import.ts'
import { startCommand } from '../commands/start.ts'
import { database, overdraft, sample } from './arguments.ts'
import type { Run } from './Run.ts'

/**
 * Adds the commands that fill the books and show them.
 *
 * @category constructors
 * @since 0.1.0
 */
export const addBooks = (program: Command, environment: Environment, run: Run): void => {
  program
    .command('start')
    .description('import the bundled sample and show the result; the default')
    .addOption(database())
    .action((options: CommandTarget) => run(startCommand(environment, options)))
  program
    .command('import')
    .description('import a file of transactions; a row that was imported before is a duplicate')
    .addArgument(new Argument('<file>', 'in the format of the bank, such as the sample'))
    .addOption(overdraft('unlimited', 'none'))
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
    .action((id: string, options: CommandTarget) => run(accountCommand(environment, { id, ...options })))
  program
    .command('accounts')
    .description('show all accounts: of imported files, or of the sample while there are no others')
    .addOption(sample())
    .addOption(database())
    .action((options: CommandTarget) => run(accountsCommand(environment, options)))
}
