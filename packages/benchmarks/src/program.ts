import { Command, InvalidArgumentError } from 'commander'
import type { Settings } from './Settings.ts'
import type { ScaleSettings } from './scale/scale.ts'

/**
 * The actions of the program: run the benchmarks, grow a log, write the figures of both into the documentation.
 * `directory` is that of figures and plots.
 *
 * @category model
 * @since 0.1.0
 */
export interface Actions {
  readonly benchmark: (settings: Settings, json: string | undefined) => Promise<void>
  readonly scale: (settings: ScaleSettings, directory: string) => Promise<void>
  readonly report: (directory: string) => Promise<void>
}

interface BenchmarkOptions {
  readonly before?: string
  readonly seconds: number
  readonly rounds: number
  readonly only?: string
  readonly database?: string
  readonly json?: string
}

interface ScaleOptions {
  readonly events: number
  readonly seconds: number
  readonly rounds: number
  readonly database?: string
  readonly directory: string
}

const number =
  (least: number, most: number, pattern = /^\d+(\.\d+)?$/) =>
  (text: string): number => {
    const value = Number(text)
    // Throwing is how a parser reports an error to commander, which catches it.
    if (!pattern.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`Expected a number from ${least} to ${most}.`)
    return value
  }

const integer = (least: number, most: number) => number(least, most, /^\d+$/)

const databaseHelp = 'a server to use; its role must be allowed to create databases'

/** The root of the repository, where npm runs its scripts. */
const directory = 'docs/benchmarks'

/**
 * The command line of the benchmarks.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeProgram = (actions: Actions): Command => {
  const program = new Command('npm run bench --')
    .description('Measures foldlog, other libraries and the limits of the machine, in alternating turns.')
    .showHelpAfterError()
    .enablePositionalOptions()
    .option('--seconds <n>', 'time for each workload', number(0.01, 100_000), 20)
    .option('--rounds <n>', 'number of turns of each candidate', integer(1, 1_000), 5)
    .option('--only <name>', 'one workload, or those whose names begin with this')
    .option('--database <url>', databaseHelp)
    .option('--json <file>', 'also write the figures to a file')
    .option('--before <directory>', 'compare only with the version in that checkout; both must be built')
    .action(({ json, ...settings }: BenchmarkOptions) =>
      actions.benchmark({ only: undefined, database: undefined, ...settings }, json),
    )
  program
    .command('scale')
    .description('Grows a log and measures it at several sizes, beside a small one.')
    .option('--events <n>', 'final number of events', integer(1_000, 1_000_000_000), 10_000_000)
    .option('--seconds <n>', 'time for each figure at each stage', number(0.01, 100_000), 20)
    .option('--rounds <n>', 'number of turns of each log', integer(1, 1_000), 5)
    .option('--database <url>', databaseHelp)
    .option('--directory <path>', 'the directory for scale.json and the pictures', directory)
    .action(({ events, seconds, rounds, database, directory }: ScaleOptions) =>
      actions.scale({ events, seconds, rounds, database }, directory),
    )
  program
    .command('report')
    .description(
      'Writes results.json and scale.json into the page above their directory, and draws the pictures again.',
    )
    .option('--directory <path>', 'their directory', directory)
    .action(({ directory }: Pick<ScaleOptions, 'directory'>) => actions.report(directory))
  return program
}
