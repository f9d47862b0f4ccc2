import { Command, InvalidArgumentError } from 'commander'
import type { Settings } from './Settings.ts'

/**
 * What can be done: run the benchmarks.
 *
 * @category model
 * @since 0.1.0
 */
export interface Actions {
  readonly benchmark: (settings: Settings, json: string | undefined) => Promise<void>
}

interface Options {
  readonly seconds: number
  readonly rounds: number
  readonly only?: string
  readonly database?: string
  readonly json?: string
}

const number =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text)
    // How commander is told; it catches this.
    if (!/^\d+(\.\d+)?$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`Expected a number from ${least} to ${most}.`)
    return value
  }

const integer = (least: number, most: number) => (text: string) => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError(`Expected an integer from ${least} to ${most}.`)
  return number(least, most)(text)
}

/**
 * The command line of the benchmarks.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeProgram = ({ benchmark }: Actions): Command =>
  new Command('npm run bench --')
    .description('Measures foldlog, its peers and the limits of the machine, turn by turn.')
    .showHelpAfterError()
    .option('--seconds <n>', 'how long each workload is measured', number(0.01, 100_000), 20)
    .option('--rounds <n>', 'how many turns each contestant has', integer(1, 1_000), 5)
    .option('--only <name>', 'one workload, or those whose names begin so')
    .option('--database <url>', 'a server to use; its role must be allowed to create databases')
    .option('--json <file>', 'write the figures there, too')
    .action(({ seconds, rounds, only, database, json }: Options) =>
      benchmark({ seconds, rounds, only, database }, json),
    )
