import { Command, InvalidArgumentError, Option } from 'commander'
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
}

const integer =
  (least: number, most: number) =>
  (text: string): number => {
    const number = Number(text)
    // The way to report an error to commander, which catches this.
    if (!/^\d+$/.test(text) || number < least || number > most)
      throw new InvalidArgumentError(`Expected an integer from ${least} to ${most}.`)
    return number
  }

/**
 * The command line of torture. `run` gets the parsed settings; `seed` is the default seed.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeProgram = (seed: number, run: (request: TortureRequest) => Promise<void>): Command =>
  new Command('npm run torture --')
    .description('Appends and reads while everything around breaks, then counts what was lost.')
    .showHelpAfterError()
    .option('--seconds <n>', 'how long faults strike', integer(1, 1_000_000), 60)
    .option('--writers <n>', 'how many write at the same time', integer(1, 64), 8)
    .option('--handlers <n>', 'how many processes run event handlers', integer(0, 8), 0)
    .option('--partitions <n>', 'of each handler', integer(1, 256), 4)
    .option('--lease <ms>', 'how long a lease of a handler lasts', integer(500, 60_000), 10_000)
    .option('--seed <n>', 'for the same faults in the same order again', integer(0, 2 ** 31), seed)
    .addOption(
      new Option(
        '--faults <which>',
        'all, or one kind only: workers are killed and stopped, failovers, the log goes back',
      )
        .choices(['all', 'workers', 'failovers', 'rewinds'])
        .default('all'),
    )
    .option('--json <file>', 'write the report there, too')
    .addOption(new Option('--reader <kind>').choices(['store', 'naive']).default('store').hideHelp())
    .addOption(new Option('--server <kind>').choices(['durable', 'non-durable']).default('durable').hideHelp())
    .addOption(new Option('--effects <kind>').choices(['fenced', 'unfenced']).default('fenced').hideHelp())
    .action(({ json, reader, server, effects, ...numbers }: Options) => {
      const settings = {
        ...numbers,
        naive: reader === 'naive',
        nonDurable: server === 'non-durable',
        unfenced: effects === 'unfenced',
      }
      return run({ settings, json })
    })
