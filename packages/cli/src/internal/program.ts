import { describeUnknown } from '@foldlog/core'
import { Command, CommanderError } from 'commander'
import { exitCodes } from './CliError.ts'
import { addChecks } from './commands/checks.ts'
import { addContracts } from './commands/contracts.ts'
import { addDomain } from './commands/domain.ts'
import { addEvents } from './commands/events.ts'
import { addHandlers } from './commands/handlers.ts'
import { addMcp } from './commands/mcp.ts'
import { addOperations } from './commands/operations.ts'
import { addParked } from './commands/parked.ts'
import { addRebuild } from './commands/rebuild.ts'
import { addTail } from './commands/tail.ts'
import { addTimers } from './commands/timers.ts'
import { addTransfer } from './commands/transfer.ts'
import { plainLines } from './output/plain.ts'
import type { Environment } from './Run.ts'

const exitText = `
Exit codes: 0 done, 1 not done, or something was found, 2 not understood, 3 the store is not available.
A foldlog.config.ts in the present folder names the store, the aggregates and the handlers. Without it, commands that
need no codec work on a database alone.`

/** Every command, on this environment. */
const makeProgram = (environment: Environment, version: string): Command => {
  const { stdout, stderr } = environment.process
  const program = new Command('foldlog')
    .description('See into a foldlog store, and steer it.')
    .version(version)
    .option('--database <url>', 'the Postgres database; FOLDLOG_DATABASE_URL when absent')
    .option('--schema <name>', 'its schema; foldlog when absent')
    .option('--config <file>', 'the configuration; foldlog.config.ts in the present folder when absent')
    .option('--by <name>', 'who does it; the user of the machine when absent')
    .option('--json', 'JSON, for programs')
    .option('--unmasked', 'show personal data that the configuration masks')
    .addHelpText('after', exitText)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(plainLines(text)),
    })
    .exitOverride()
  for (const add of [
    addTail,
    addEvents,
    addDomain,
    addHandlers,
    addParked,
    addTimers,
    addRebuild,
    addChecks,
    addTransfer,
    addContracts,
    addOperations,
  ])
    add(program, environment)
  addMcp(program, environment, {
    make: (other) => makeProgram(other, version),
    run: (args, other) => runProgram(args, other, version),
    version,
  })
  return program
}

/** Applies a setting to a command and to all commands below it. */
const everyCommand = (command: Command, change: (one: Command) => void): void => {
  change(command)
  for (const one of command.commands) everyCommand(one, change)
}

/** Runs the program with these arguments. Never rejects. */
export const runProgram = async (
  args: ReadonlyArray<string>,
  environment: Environment,
  version: string,
): Promise<void> => {
  const program = makeProgram(environment, version)
  everyCommand(program, (one) => one.exitOverride().copyInheritedSettings(program))
  try {
    await program.parseAsync([...args], { from: 'user' })
  } catch (cause) {
    if (!(cause instanceof CommanderError)) {
      // What the code of a configuration throws, such as a mask.
      environment.process.stderr.write(`foldlog: ${plainLines(describeUnknown(cause))}\n`)
      return environment.setCode(exitCodes.found)
    }
    // Help and the version are what was requested; a missing command is not.
    environment.setCode(cause.exitCode === 0 ? exitCodes.done : exitCodes.usage)
  }
}
