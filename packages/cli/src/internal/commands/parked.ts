import { Masks, makeActions, type ParkedSelection, ParkedTrial } from '@foldlog/operations'
import { ParkedEvent, RuntimeStatus } from '@foldlog/subscriptions'
import type { Command } from 'commander'
import { either as E } from 'fp-ts'
import { integer } from '../arguments.ts'
import { exitCodes, failed, usage } from '../CliError.ts'
import { plain } from '../output/plain.ts'
import { type Environment, runOnStore, type Work } from '../Run.ts'
import { differenceLine, parkedTable } from '../render.ts'
import { withWhy } from './handlers.ts'

/** Each event once: one with unknown lanes is parked in every partition, and is handled in all of them together. */
const once = (all: ReadonlyArray<ParkedEvent>): ReadonlyArray<ParkedEvent> => [
  ...new Map(
    all.map((one) => [one.input === 'event' ? `${one.document.name} ${one.position}` : one.document.key, one]),
  ).values(),
]

const list =
  (handler: string | undefined): Work =>
  ({ store, output }) =>
  async () => {
    const status = await RuntimeStatus.read(store)()
    if (E.isLeft(status)) return status
    const generations = status.right.handlers.filter(
      ({ name, parked }) => parked > 0 && (handler === undefined || name === handler),
    )
    const found: Array<ParkedEvent> = []
    for (const { name, generation } of generations) {
      const parked = await ParkedEvent.list(store, name, generation)()
      if (E.isLeft(parked)) return parked
      found.push(...once(parked.right))
    }
    return E.right({ text: parkedTable(found, output.width), json: found })
  }

const show =
  (handler: string, position: number): Work =>
  ({ store, domain, masks }) =>
  async () => {
    const all = await ParkedEvent.list(store, handler)()
    if (E.isLeft(all)) return all
    const parked = all.right.find((one) => one.position === position)
    if (parked === undefined) return E.left(failed(`${handler} has parked no event at position ${position}`))
    const facts = [
      `${parked.type} v${parked.schemaVersion}  ${parked.stream} version ${parked.version}  position ${position}`,
      `parked at ${parked.parkedAt.toISOString()} after ${parked.attempts} attempts: ${parked.why}`,
    ]
    // Without the code of the handler there is nothing to try.
    if (!(domain.handlers ?? []).some(({ name }) => name === handler))
      return E.right({ text: facts.map(plain).join('\n'), json: { parked } })
    const trial = await ParkedTrial.run(domain, store)(parked)()
    if (E.isLeft(trial)) return trial
    const shown = Masks.trial(masks, handler)(trial.right)
    const tried =
      shown._tag === 'Projected'
        ? [
            'tried in memory: it would be handled',
            ...shown.views.flatMap(({ key, differences }) => [
              `  ${key}`,
              ...differences.map((one) => `    ${differenceLine(one)}`),
            ]),
          ]
        : [shown._tag === 'Failed' ? `tried in memory: it would fail: ${shown.why}` : `it can be decoded; ${shown.why}`]
    return E.right({ text: [...facts, ...tried].map(plain).join('\n'), json: { parked, trial: shown } })
  }

interface ActionOptions extends ParkedSelection {
  readonly why: string
  readonly all?: boolean
}

const act =
  (action: 'retry' | 'discard', handler: string, { why, all, position, lane, type }: ActionOptions): Work =>
  ({ store, by }) =>
  async () => {
    const selection = { position, lane, type }
    if (action === 'discard' && all !== true && Object.values(selection).every((part) => part === undefined))
      return E.left(usage('which events? Say --position, --lane, --type or --all: what is discarded is gone'))
    const done = await makeActions(store, { by, why })[action](handler, selection)()
    if (E.isLeft(done)) return done
    return E.right({
      text: `The ${action} of ${done.right} is requested; a process that runs ${handler} does it.`,
      json: { handler, action, requested: done.right },
      code: done.right > 0 ? exitCodes.done : exitCodes.found,
    })
  }

/** The commands about parked events. */
export const addParked = (program: Command, environment: Environment): void => {
  const run = (command: Command, work: Work) => runOnStore(environment, command, work)
  const parked = program.command('parked').description('show parked events, try them, retry or discard them')
  parked
    .command('list', { isDefault: true })
    .description('list them')
    .argument('[handler]', 'of this handler; of all when absent')
    .action((handler: string | undefined, _: unknown, command: Command) => run(command, list(handler)))
  parked
    .command('show')
    .description('show one, and try it in memory with the code of the configuration')
    .argument('<handler>')
    .argument('<position>', 'its position', integer(1))
    .action((handler: string, position: number, _: unknown, command: Command) => run(command, show(handler, position)))
  const withSelection = (command: Command): Command =>
    withWhy(command.argument('<handler>'))
      .option('--position <position>', 'the event at this position', integer(1))
      .option('--lane <lane>', 'the events of this lane')
      .option('--type <type>', 'the events with this stored name')
  withSelection(parked.command('retry').description('retry them: the first of each lane when nothing is named')).action(
    (handler: string, options: ActionOptions, command: Command) =>
      runOnStore(environment, command, act('retry', handler, options), 'finishes'),
  )
  withSelection(parked.command('discard').description('discard them for good'))
    .option('--all', 'all parked events of the handler')
    .action((handler: string, options: ActionOptions, command: Command) =>
      runOnStore(environment, command, act('discard', handler, options), 'finishes'),
    )
}
