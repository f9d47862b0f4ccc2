import { type Finding, HandlersOverview, makeActions } from '@foldlog/operations'
import type { Command } from 'commander'
import { either as E } from 'fp-ts'
import { integer } from '../arguments.ts'
import { exitCodes, usage } from '../CliError.ts'
import { plain } from '../output/plain.ts'
import { type Environment, runOnStore, type Work } from '../Run.ts'
import { handlerTable } from '../render.ts'

export const findingLines = (findings: ReadonlyArray<Finding>): ReadonlyArray<string> =>
  findings.flatMap(({ severity, what, remedy }) => [plain(`${severity}: ${what}`), plain(`  → ${remedy}`)])

const handlers: Work =
  ({ store, output }) =>
  async () => {
    const found = await HandlersOverview.read(store)()
    if (E.isLeft(found)) return found
    const { status, findings } = found.right
    const head = `The log is settled up to position ${status.settledPosition}.`
    return E.right({
      text: [handlerTable(status.handlers, output.width), '', head, ...findingLines(findings)].join('\n'),
      json: { ...status, findings },
    })
  }

interface LagOptions {
  readonly max?: number
  readonly maxSeconds?: number
}

const lag =
  ({ max, maxSeconds }: LagOptions): Work =>
  ({ store }) =>
  async () => {
    if (max === undefined && maxSeconds === undefined)
      return E.left(usage('which lag is too much? Say --max POSITIONS or --max-seconds SECONDS'))
    const found = await HandlersOverview.read(store)()
    if (E.isLeft(found)) return found
    const late = HandlersOverview.lagging(found.right, { events: max, seconds: maxSeconds })
    const serving = found.right.status.handlers.filter(({ serves }) => serves)
    const lines = serving.map(
      (one) =>
        `${late.includes(one) ? 'late' : 'ok'}  ${one.name}  ${one.lag} positions  ${one.lagSeconds.toFixed(1)} s  ${one.state}`,
    )
    return E.right({
      text: lines.length === 0 ? 'No handler is known.' : lines.map(plain).join('\n'),
      json: serving.map((one) => ({
        name: one.name,
        lag: one.lag,
        lagSeconds: one.lagSeconds,
        state: one.state,
        late: late.includes(one),
      })),
      code: late.length === 0 ? exitCodes.done : exitCodes.found,
    })
  }

interface WhyOptions {
  readonly why: string
}

const resume =
  (name: string, { why }: WhyOptions): Work =>
  ({ store, by }) =>
  async () => {
    const done = await makeActions(store, { by, why }).resume(name)()
    if (E.isLeft(done)) return done
    return E.right({
      text: done.right ? `${name} is resumed: the processes that run it go on.` : `${name} is not stopped.`,
      json: { handler: name, resumed: done.right },
      code: done.right ? exitCodes.done : exitCodes.found,
    })
  }

const remove =
  (name: string, { why }: WhyOptions): Work =>
  ({ store, by }) =>
  async () => {
    const done = await makeActions(store, { by, why }).remove(name)()
    if (E.isLeft(done)) return done
    const documents = Object.entries(done.right.documents).filter(([, count]) => count > 0)
    const counted = documents.map(([kind, count]) => `${count} ${kind}`).join(', ')
    return E.right({
      text: `${name} is removed${counted === '' ? '' : `: ${counted}`}.`,
      json: { handler: name, ...done.right },
    })
  }

const rename =
  (name: string, newName: string, { why }: WhyOptions): Work =>
  ({ store, by }) =>
  async () => {
    const done = await makeActions(store, { by, why }).rename(name, newName)()
    return E.isLeft(done)
      ? done
      : E.right({ text: `${name} is ${newName} now.`, json: { handler: newName, before: name } })
  }

/** Adds the option that every action needs: its reason is stored. */
export const withWhy = (command: Command): Command =>
  command.requiredOption('--why <reason>', 'why; it is stored as an event, with who')

/** The commands about handlers. */
export const addHandlers = (program: Command, environment: Environment): void => {
  const run = (command: Command, work: Work) => runOnStore(environment, command, work)
  const act = (command: Command, work: Work) => runOnStore(environment, command, work, 'finishes')
  program
    .command('handlers')
    .description('show all handlers: state, lag, holders, reasons, and who holds readers back')
    .action((_: unknown, command: Command) => run(command, handlers))
  program
    .command('lag')
    .description('fail when a handler lags by more than this: for alerts')
    .option('--max <positions>', 'positions of the log', integer(0))
    .option('--max-seconds <seconds>', 'seconds that the first event has waited', integer(0))
    .action((options: LagOptions, command: Command) => run(command, lag(options)))
  withWhy(program.command('resume').description('let a stopped handler go on').argument('<handler>')).action(
    (name: string, options: WhyOptions, command: Command) => act(command, resume(name, options)),
  )
  withWhy(program.command('remove').description('remove a handler that no process runs').argument('<handler>')).action(
    (name: string, options: WhyOptions, command: Command) => act(command, remove(name, options)),
  )
  withWhy(
    program
      .command('rename')
      .description('give a handler that no process runs another name')
      .argument('<handler>')
      .argument('<new-name>'),
  ).action((name: string, newName: string, options: WhyOptions, command: Command) =>
    act(command, rename(name, newName, options)),
  )
}
