import type { Command } from 'commander'
import type { CommandTarget } from '../commands/CommandTarget.ts'
import type { Environment } from '../commands/Environment.ts'
import { httpCommand } from '../commands/http.ts'
import { rebuildCommand, rollBackCommand } from '../commands/rebuild.ts'
import { resumeCommand } from '../commands/resume.ts'
import { serveCommand } from '../commands/serve.ts'
import { statusCommand } from '../commands/status.ts'
import { watchCommand } from '../commands/watch.ts'
import type { BankHandler } from '../handlers/bankApplication.ts'
import { database, handler, port, projection, sample } from './arguments.ts'
import type { Run } from './Run.ts'

/**
 * Adds the commands that run handlers, follow them, and steer them.
 *
 * @category constructors
 * @since 0.1.0
 */
export const addHandlers = (program: Command, environment: Environment, run: Run): void => {
  program
    .command('watch')
    .description('show events of all processes as they are stored, until ^C')
    .addOption(database())
    .action((where: CommandTarget) => run(watchCommand(environment, where)))
  program
    .command('status')
    .description('show the status of the event handlers')
    .addOption(database())
    .action((where: CommandTarget) => run(statusCommand(environment, where)))
  program
    .command('rebuild')
    .description('rebuild the table of accounts, while the present one is shown')
    .addArgument(projection())
    .addOption(sample())
    .addOption(database())
    .action((_: string, where: CommandTarget) => run(rebuildCommand(environment, where)))
  program
    .command('rollback')
    .description('show the table of accounts again that was shown before the last rebuild')
    .addArgument(projection())
    .addOption(sample())
    .addOption(database())
    .action((_: string, where: CommandTarget) => run(rollBackCommand(environment, where)))
  program
    .command('resume')
    .description('resume a stopped handler')
    .addArgument(handler('<handler>'))
    .addOption(sample())
    .addOption(database())
    .action((name: BankHandler, where: CommandTarget) => run(resumeCommand(environment, name, where)))
  program
    .command('serve')
    .description('run the event handlers until ^C; any number of processes share the work')
    .addOption(database())
    .action((where: CommandTarget) => run(serveCommand(environment, where)))
  program
    .command('http')
    .description('serve the bank over HTTP on this machine, with its handlers, until ^C')
    .addOption(port())
    .addOption(sample())
    .addOption(database())
    .action((where: CommandTarget & { readonly port: number }) => run(httpCommand(environment, where)))
}
