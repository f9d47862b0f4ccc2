import { Command, InvalidArgumentError, Option } from 'commander'
import { type PlantName, plants } from './plants.ts'
import type { FaultChoice, Settings } from './Settings.ts'

/**
 * The result of the command line: the settings, and the file for the report.
 *
 * @category model
 * @since 0.1.0
 */
export interface TortureRequest {
  readonly settings: Settings
  readonly json: string | undefined
}

interface Options {
  readonly seconds: number
  readonly writers: number
  readonly seed: number
  readonly json?: string
  readonly reader: 'store' | 'naive'
  readonly server: 'durable' | 'non-durable'
  readonly handlers: number
  readonly partitions: number
  readonly lease: number
  readonly effects: 'fenced' | 'unfenced'
  readonly faults: FaultChoice
  readonly plant?: PlantName
}

const integer =
  (least: number, most: number) =>
  (text: string): number => {
    const number = Number(text)
    // Throwing is how a parser reports an error to commander, which catches it.
    if (!/^\d+$/.test(text) || number < least || number > most)
      throw new InvalidArgumentError(`Expected an integer from ${least} to ${most}.`)
    return number
  }

/**
 * The command line of torture. `run` receives the parsed settings; `seed` is the default seed.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeProgram = (seed: number, run: (request: TortureRequest) => Promise<void>): Command =>
  new Command('npm run torture --')
    .description('Appends and reads while faults are injected, then counts the losses.')
    .showHelpAfterError()
    .option('--seconds <n>', 'duration of the faults in seconds', integer(1, 1_000_000), 60)
    .option('--writers <n>', 'number of concurrent writers', integer(1, 64), 8)
    .option('--handlers <n>', 'number of processes that run event handlers', integer(0, 8), 0)
    .option('--partitions <n>', 'number of partitions of each handler', integer(1, 256), 4)
    .option('--lease <ms>', 'lease of a handler in milliseconds', integer(500, 60_000), 10_000)
    .option('--seed <n>', 'repeats the faults of an earlier run in their order', integer(0, 2 ** 31), seed)
    .addOption(
      new Option(
        '--faults <which>',
        'all, or one kind: workers are killed and stopped, the server fails over, the log goes back',
      )
        .choices(['all', 'workers', 'failovers', 'rewinds'])
        .default('all'),
    )
    .option('--json <file>', 'also write the report to a file')
    .addOption(new Option('--reader <kind>').choices(['store', 'naive']).default('store').hideHelp())
    .addOption(new Option('--server <kind>').choices(['durable', 'non-durable']).default('durable').hideHelp())
    .addOption(new Option('--effects <kind>').choices(['fenced', 'unfenced']).default('fenced').hideHelp())
    .addOption(new Option('--plant <name>').choices(Object.keys(plants)).hideHelp())
    .action(({ json, reader, server, effects, ...numbers }: Options) => {
      const settings = {
        ...numbers,
        naive: reader === 'naive',
        nonDurable: server === 'non-durable',
        unfenced: effects === 'unfenced',
      }
      return run({ settings, json })
    })
