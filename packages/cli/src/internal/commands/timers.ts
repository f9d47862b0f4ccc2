import { makeActions, OperatedStore } from '@foldlog/operations'
import { PendingTimer } from '@foldlog/subscriptions'
import type { Command } from 'commander'
import { either as E } from 'fp-ts'
import { integer, time } from '../arguments.ts'
import { type CliError, exitCodes, failed } from '../CliError.ts'
import { table } from '../output/table.ts'
import { type Environment, runOnStore, type Work } from '../Run.ts'
import type { Session } from '../Session.ts'
import { withWhy } from './handlers.ts'

const list =
  (handler: string, count: number): Work =>
  ({ store, output }) =>
  async () => {
    const inspection = OperatedStore.inspection(store)
    if (E.isLeft(inspection)) return inspection
    const found = await PendingTimer.page(inspection.right, { name: handler, count })()
    if (E.isLeft(found)) return found
    const { timers } = found.right
    const rows = timers.map(({ due, process, timer, requestedAction }) => [
      due.toISOString(),
      process,
      timer,
      requestedAction ?? '',
    ])
    const text = table(
      [{ title: 'due' }, { title: 'process' }, { title: 'timer' }, { title: 'requested' }],
      rows,
      output.width,
    )
    return E.right({
      text:
        rows.length === 0
          ? 'No timer is pending.'
          : `${text}${found.right.next === undefined ? '' : '\nMore with a higher --count'}`,
      json: found.right,
    })
  }

/** Finds a timer by its process and its name. */
const find = async (
  { store }: Session,
  handler: string,
  process: string,
  timer: string,
): Promise<E.Either<CliError, PendingTimer>> => {
  const inspection = OperatedStore.inspection(store)
  if (E.isLeft(inspection)) return inspection
  for (let after: NonNullable<Parameters<typeof PendingTimer.page>[1]['after']> | undefined; ; ) {
    const page = await PendingTimer.page(inspection.right, { name: handler, after })()
    if (E.isLeft(page)) return page
    const found = page.right.timers.find((one) => one.process === process && one.timer === timer)
    if (found !== undefined) return E.right(found)
    if (page.right.next === undefined)
      return E.left(failed(`${handler} has no timer ${timer} of the process ${process}`))
    after = page.right.next
  }
}

const act =
  (handler: string, process: string, timer: string, why: string, at: Date | undefined): Work =>
  (session) =>
  async () => {
    const found = await find(session, handler, process, timer)
    if (E.isLeft(found)) return found
    const actions = makeActions(session.store, { by: session.by, why })
    const done = await (at === undefined ? actions.fireTimer(found.right) : actions.moveTimer(found.right, at))()
    if (E.isLeft(done)) return done
    const what = at === undefined ? 'It fires' : `It is due at ${at.toISOString()}`
    return E.right({
      text: done.right
        ? `${what} as soon as a process that runs ${handler} has seen the request.`
        : 'It is not pending any more.',
      json: { handler, process, timer, requested: done.right },
      code: done.right ? exitCodes.done : exitCodes.found,
    })
  }

/** The commands about timers. */
export const addTimers = (program: Command, environment: Environment): void => {
  const run = (command: Command, work: Work) => runOnStore(environment, command, work)
  const timers = program
    .command('timers')
    .description('show the pending timers of a process manager, fire or move them')
  timers
    .command('list', { isDefault: true })
    .description('list them, the first that is due first')
    .argument('<handler>')
    .option('-n, --count <number>', 'at most so many', integer(1), 100)
    .action((handler: string, { count }: { readonly count: number }, command: Command) =>
      run(command, list(handler, count)),
    )
  withWhy(
    timers
      .command('fire')
      .description('fire one now')
      .argument('<handler>')
      .argument('<process>', 'the key of its process')
      .argument('<timer>', 'its name'),
  ).action((handler: string, process: string, timer: string, { why }: { readonly why: string }, command: Command) =>
    runOnStore(environment, command, act(handler, process, timer, why, undefined), 'finishes'),
  )
  withWhy(
    timers
      .command('move')
      .description('let one be due at another time')
      .argument('<handler>')
      .argument('<process>', 'the key of its process')
      .argument('<timer>', 'its name')
      .argument('<time>', 'such as 2026-01-31T12:00:00Z', time),
  ).action(
    (handler: string, process: string, timer: string, at: Date, { why }: { readonly why: string }, command: Command) =>
      runOnStore(environment, command, act(handler, process, timer, why, at), 'finishes'),
  )
}
