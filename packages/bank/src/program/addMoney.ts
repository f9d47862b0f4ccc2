import { Argument, type Command, Option } from 'commander'
import type { AccountId } from '../account/AccountId.ts'
import type { Amount, Overdraft } from '../account/Cents.ts'
import { AccountName } from '../account/Events.ts'
import type { CommandTarget } from '../commands/CommandTarget.ts'
import { closeCommand, moneyCommand, openCommand } from '../commands/change.ts'
import type { Environment } from '../commands/Environment.ts'
import { transferCommand } from '../commands/transfer.ts'
import { TransferId } from '../transfer/TransferId.ts'
import { accountId, amount, database, overdraft, parsed, sample } from './arguments.ts'
import type { Run } from './Run.ts'

/**
 * Adds the commands that open and close accounts, and move money.
 *
 * @category constructors
 * @since 0.1.0
 */
export const addMoney = (program: Command, environment: Environment, run: Run): void => {
  program
    .command('open')
    .description('open an account')
    .addArgument(accountId('id', 'its number'))
    .addArgument(new Argument('<name>', 'the name of its owner').argParser(parsed(AccountName, 'a name')))
    .addOption(overdraft(0, '0'))
    .addOption(sample())
    .addOption(database())
    .action(
      (id: AccountId, name: AccountName, { overdraft, ...where }: CommandTarget & { readonly overdraft: Overdraft }) =>
        run(openCommand(environment, id, { name, overdraft }, where)),
    )
  program
    .command('close')
    .description('close an account')
    .addArgument(accountId('id', 'its number'))
    .addOption(sample())
    .addOption(database())
    .action((id: AccountId, where: CommandTarget) => run(closeCommand(environment, id, where)))
  for (const [name, type, description] of [
    ['deposit', 'Deposit', 'deposit money into an account'],
    ['withdraw', 'Withdraw', 'withdraw money from an account'],
  ] as const) {
    program
      .command(name)
      .description(description)
      .addArgument(accountId('id', 'its number'))
      .addArgument(amount())
      .addOption(sample())
      .addOption(database())
      .action((id: AccountId, cents: Amount, where: CommandTarget) =>
        run(moneyCommand(environment, type, id, cents, where)),
      )
  }
  program
    .command('transfer')
    .description('move money between two accounts; an interrupted transfer is completed later')
    .addArgument(accountId('from', 'the account that pays'))
    .addArgument(accountId('to', 'the account that receives'))
    .addArgument(amount())
    .addOption(
      new Option('--id <id>', 'the number of the transfer; that of an earlier transfer continues it').argParser(
        parsed(TransferId, 'the number of a transfer'),
      ),
    )
    .addOption(sample())
    .addOption(database())
    .action((from: AccountId, to: AccountId, cents: Amount, where: CommandTarget & { readonly id?: TransferId }) =>
      run(transferCommand(environment, { from, to, amount: cents }, where)),
    )
}
