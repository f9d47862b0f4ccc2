import { Command } from 'commander'
import type { Environment } from '../commands/Environment.ts'
import { addBooks } from './addBooks.ts'
import { addHandlers } from './addHandlers.ts'
import { addMoney } from './addMoney.ts'
import { addParked } from './addParked.ts'
import type { Run } from './Run.ts'

/**
 * The command line of the bank. `run` receives the work of the chosen command.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeProgram = (environment: Environment, run: Run): Command => {
  const program = new Command('npm start --')
    .description('The example application of foldlog: a bank.')
    .showHelpAfterError()
    .configureHelp({ showGlobalOptions: true })
  for (const add of [addBooks, addMoney, addHandlers, addParked]) add(program, environment, run)
  return program
}

/**
 * Completes command-line arguments: `start` is the command when none is named.
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
