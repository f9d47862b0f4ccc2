import type { Command } from 'commander'
import type { CommandTarget } from '../commands/CommandTarget.ts'
import type { Environment } from '../commands/Environment.ts'
import { parkedActionCommand, parkedCommand } from '../commands/parked.ts'
import type { BankHandler } from '../handlers/bankApplication.ts'
import { database, handler, position, sample } from './arguments.ts'
import type { Run } from './Run.ts'

/**
 * Adds the commands for parked events.
 *
 * @category constructors
 * @since 0.1.0
 */
export const addParked = (program: Command, environment: Environment, run: Run): void => {
  const parked = program
    .command('parked')
    .description('show parked events, which a handler could not handle; retry or discard them')
    .addArgument(handler('[handler]'))
    .addOption(sample())
    .addOption(database())
    .action((name: BankHandler | undefined, where: CommandTarget) => run(parkedCommand(environment, name, where)))
  parked
    .command('retry')
    .description('retry a parked event; without a position, the first one of every stream')
    .addArgument(handler('<handler>'))
    .addArgument(position('[position]'))
    .action((name: BankHandler, at: number | undefined, _: unknown, command: Command) =>
      run(
        parkedActionCommand(
          environment,
          { action: 'retry', handler: name, ...(at === undefined ? undefined : { position: at }) },
          command.optsWithGlobals<CommandTarget>(),
        ),
      ),
    )
  parked
    .command('discard')
    .description('remove a parked event for good')
    .addArgument(handler('<handler>'))
    .addArgument(position('<position>'))
    .action((name: BankHandler, at: number, _: unknown, command: Command) =>
      run(
        parkedActionCommand(
          environment,
          { action: 'discard', handler: name, position: at },
          command.optsWithGlobals<CommandTarget>(),
        ),
      ),
    )
}
