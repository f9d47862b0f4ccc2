import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { either as E, type taskEither as TE } from 'fp-ts'
import type * as t from 'io-ts'
import { AccountId } from './account/AccountId.ts'
import { type Amount, Overdraft } from './account/Cents.ts'
import { AccountName } from './account/Events.ts'
import type { BankError } from './books/BankError.ts'
import { accountCommand } from './commands/account.ts'
import { accountsCommand } from './commands/accounts.ts'
import type { CommandTarget } from './commands/CommandTarget.ts'
import { closeCommand, moneyCommand, openCommand } from './commands/change.ts'
import type { Environment } from './commands/Environment.ts'
import { httpCommand } from './commands/http.ts'
import { type ImportCommand, importCommand } from './commands/import.ts'
import { parkedActionCommand, parkedCommand } from './commands/parked.ts'
import { rebuildCommand, rollBackCommand } from './commands/rebuild.ts'
import { resumeCommand } from './commands/resume.ts'
import { serveCommand } from './commands/serve.ts'
import { startCommand } from './commands/start.ts'
import { statusCommand } from './commands/status.ts'
import { transferCommand } from './commands/transfer.ts'
import { watchCommand } from './commands/watch.ts'
import type { BankHandler } from './handlers/bankRuntime.ts'
import { parseMoney } from './report/parseMoney.ts'
import { TransferId } from './transfer/TransferId.ts'

const parseOverdraft = (text: string): Overdraft => {
  const overdraft = Overdraft.decode(text === 'none' ? 'unlimited' : /^\d+$/.test(text) ? Number(text) : undefined)
  // The way to report an error to commander, which catches this.
  if (E.isLeft(overdraft)) throw new InvalidArgumentError('Expected an integer from 0 up, in 1/100 CZK, or none.')
  return overdraft.right
}

const database = () =>
  new Option('--database <url>', 'a Postgres of your own instead of the one in .foldlog').env('FOLDLOG_DATABASE_URL')

const sample = () => new Option('--sample', 'in the books of the sample').default(false)

const parsed =
  <A>(codec: t.Decoder<unknown, A>, what: string) =>
  (text: string): A => {
    const decoded = codec.decode(text)
    // The way to report an error to commander, which catches this.
    if (E.isLeft(decoded)) throw new InvalidArgumentError(`Expected ${what}.`)
    return decoded.right
  }

const accountId = (name: string, about: string) =>
  new Argument(`<${name}>`, about).argParser(parsed(AccountId, 'the number of an account'))

const amount = () =>
  new Argument('<amount>', 'in CZK, such as 12.50').argParser((text): Amount => {
    const cents = parseMoney(text)
    if (cents === undefined) throw new InvalidArgumentError('Expected an amount above zero, such as 12.50 or 1,234.50.')
    return cents
  })

const handlers: ReadonlyArray<BankHandler> = ['accounts', 'transfers']

const handler = (name: string) => new Argument(name, 'accounts or transfers').choices(handlers)

const position = (name: string) =>
  new Argument(name, 'of the event in the log').argParser((text) => {
    if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('Expected a position.')
    return Number(text)
  })

const parsePort = (text: string): number => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  // The way to report an error to commander, which catches this.
  if (!(port <= 65_535)) throw new InvalidArgumentError('Expected a port, 0 to 65535.')
  return port
}

type Run = (work: TE.TaskEither<BankError, void>) => Promise<void>

const addParked = (program: Command, environment: Environment, run: Run): void => {
  const parked = program
    .command('parked')
    .description('show events that handlers could not handle; have them tried again, or discard them')
    .addArgument(handler('[handler]'))
    .addOption(sample())
    .addOption(database())
    .action((name: BankHandler | undefined, where: CommandTarget) => run(parkedCommand(environment, name, where)))
  parked
    .command('retry')
    .description('have a parked event tried again, the first ones of all streams when no position is given')
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
    .description('take a parked event out for good')
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

/**
 * The command line of the bank. `run` gets what a command is to do.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeProgram = (environment: Environment, run: Run): Command => {
  const program = new Command('npm start --')
    .description('The example application of foldlog: a bank.')
    .showHelpAfterError()
    .configureHelp({ showGlobalOptions: true })
  program
    .command('start')
    .description('import the bundled sample and show what came of it; the default')
    .addOption(database())
    .action((options: CommandTarget) => run(startCommand(environment, options)))
  program
    .command('import')
    .description('import a file of transactions; once imported, a row is a duplicate')
    .addArgument(new Argument('<file>', 'in the format of the bank, such as that of the sample'))
    .addOption(
      new Option('--overdraft <limit>', 'how far below zero an account may go, in 1/100 CZK, or none for no limit')
        .argParser(parseOverdraft)
        .default('unlimited', 'none'),
    )
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
  program
    .command('open')
    .description('open an account')
    .addArgument(accountId('id', 'its number'))
    .addArgument(new Argument('<name>', 'whose it is').argParser(parsed(AccountName, 'a name')))
    .addOption(
      new Option('--overdraft <limit>', 'how far below zero it may go, in 1/100 CZK, or none for no limit')
        .argParser(parseOverdraft)
        .default(0, '0'),
    )
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
    ['deposit', 'Deposit', 'bring money to an account'],
    ['withdraw', 'Withdraw', 'take money from an account'],
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
    .description('move money from one account to another; interrupted at any moment, it is brought to its end later')
    .addArgument(accountId('from', 'the account it comes from'))
    .addArgument(accountId('to', 'the account it goes to'))
    .addArgument(amount())
    .addOption(
      new Option('--id <id>', 'the number of the transfer; with that of an earlier one, it is that one').argParser(
        parsed(TransferId, 'the number of a transfer'),
      ),
    )
    .addOption(sample())
    .addOption(database())
    .action((from: AccountId, to: AccountId, cents: Amount, where: CommandTarget & { readonly id?: TransferId }) =>
      run(transferCommand(environment, { from, to, amount: cents }, where)),
    )
  program
    .command('watch')
    .description('show events as they are stored by whatever process, until ^C')
    .addOption(database())
    .action((where: CommandTarget) => run(watchCommand(environment, where)))
  program
    .command('status')
    .description('show how the handlers of events are')
    .addOption(database())
    .action((where: CommandTarget) => run(statusCommand(environment, where)))
  program
    .command('rebuild')
    .description('make the table of accounts anew, beside the one that is shown')
    .addArgument(new Argument('<projection>', 'accounts').choices(['accounts']))
    .addOption(sample())
    .addOption(database())
    .action((_: string, where: CommandTarget) => run(rebuildCommand(environment, where)))
  program
    .command('rollback')
    .description('show the table of accounts again that was shown before the last rebuild')
    .addArgument(new Argument('<projection>', 'accounts').choices(['accounts']))
    .addOption(sample())
    .addOption(database())
    .action((_: string, where: CommandTarget) => run(rollBackCommand(environment, where)))
  program
    .command('resume')
    .description('have a handler that has stopped go on')
    .addArgument(handler('<handler>'))
    .addOption(sample())
    .addOption(database())
    .action((name: BankHandler, where: CommandTarget) => run(resumeCommand(environment, name, where)))
  program
    .command('serve')
    .description('run the handlers of events until ^C; any number of these share the work')
    .addOption(database())
    .action((where: CommandTarget) => run(serveCommand(environment, where)))
  program
    .command('http')
    .description('serve the bank over HTTP on this machine, with its handlers, until ^C')
    .addOption(
      new Option('--port <port>', 'a port of loopback, a free one when it is 0').argParser(parsePort).default(0, '0'),
    )
    .addOption(sample())
    .addOption(database())
    .action((where: CommandTarget & { readonly port: number }) => run(httpCommand(environment, where)))
  addParked(program, environment, run)
  return program
}

/**
 * Command-line arguments in which the command is named: `start` when it is not.
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
