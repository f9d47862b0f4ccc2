import type { StreamName } from '@foldlog/core'
import { EventId } from '@foldlog/core'
import { EventDescription, Masks, OperatedStore, StateHistory, Trace } from '@foldlog/operations'
import { type Command, InvalidArgumentError } from 'commander'
import { either as E } from 'fp-ts'
import { integer, moment, type SearchOptions, searchOf, stream as streamArgument, withSearch } from '../arguments.ts'
import { type CliError, exitCodes, failed } from '../CliError.ts'
import { type Answer, jsonText } from '../output/Output.ts'
import { plain } from '../output/plain.ts'
import { table } from '../output/table.ts'
import { type Environment, runOnStore, type Work } from '../Run.ts'
import { differenceLine, eventDetails, eventTable, traceLines } from '../render.ts'
import type { Session } from '../Session.ts'

const log =
  (options: SearchOptions): Work =>
  ({ store, masks, output }) =>
  async () => {
    const inspection = OperatedStore.inspection(store)
    if (E.isLeft(inspection)) return inspection
    const search = searchOf(options)
    const events = []
    for (let before = search.before; ; ) {
      const page = await inspection.right.searchLog({
        ...search,
        before,
        count: Math.min(options.count - events.length, 10_000),
      })()
      if (E.isLeft(page)) return page
      events.push(...page.right.events.map(masks.event))
      before = page.right.position
      // A page may end before it is full, because each call looks at a part of the log.
      if (page.right.end || events.length >= options.count)
        return E.right({
          text: `${eventTable(events, output.width)}${page.right.end ? '' : `\nMore with --before ${before}`}`,
          json: { events, position: before, end: page.right.end },
        })
    }
  }

const streams =
  (prefix: string | undefined, { after, count }: { readonly after?: string; readonly count: number }): Work =>
  ({ store, output }) =>
  async () => {
    const inspection = OperatedStore.inspection(store)
    if (E.isLeft(inspection)) return inspection
    const found = await inspection.right.listStreams({ prefix, after, count })()
    if (E.isLeft(found)) return found
    const { streams, end } = found.right
    const columns = [
      { title: 'stream' },
      { title: 'status' },
      { title: 'version', align: 'right' },
      { title: 'position', align: 'right' },
      { title: 'last event' },
    ] as const
    const rows = streams.map((one) => [
      one.stream,
      one.status,
      `${one.version}`,
      `${one.position}`,
      one.recordedAt.toISOString(),
    ])
    const more = end ? '' : `\nMore with --after ${JSON.stringify(streams.at(-1)?.stream)}`
    return E.right({
      text: rows.length === 0 ? 'No stream.' : `${table(columns, rows, output.width)}${more}`,
      json: found.right,
    })
  }

interface StreamOptions {
  readonly at?: number | Date
  readonly state?: boolean
  readonly steps?: boolean
  readonly after: number
  readonly count: number
}

const state = async (
  { domain, store, masks }: Session,
  stream: StreamName,
  at: StreamOptions['at'],
): Promise<E.Either<CliError, Answer>> => {
  const found = await StateHistory.stateAt(domain, store)(stream, at)()
  if (E.isLeft(found)) return found
  const shown = Masks.state(masks, domain)(found.right)
  const { version, current, recordedAt, state: value } = shown
  const when = recordedAt === null ? '' : `, ${recordedAt.toISOString()}`
  return E.right({
    text: `${stream} version ${version} of ${current}${when}\n${jsonText(value, 2)}`,
    json: shown,
  })
}

const steps = async (
  { domain, store, masks }: Session,
  stream: StreamName,
  { after, count }: StreamOptions,
): Promise<E.Either<CliError, Answer>> => {
  const found = await StateHistory.steps(domain, store)(stream, { after, count })()
  if (E.isLeft(found)) return found
  const shown = Masks.stateHistory(masks, domain)(found.right)
  const lines = shown.steps.flatMap(({ recorded, differences }) => [
    `${recorded.version}  ${plain(recorded.type)}  ${recorded.recordedAt.toISOString()}`,
    ...differences.map((one) => `   ${differenceLine(one)}`),
  ])
  const last = shown.steps.at(-1)?.recorded.version ?? 0
  const more = !shown.end ? [`More with --after ${last}`] : []
  return E.right({ text: lines.length === 0 ? 'No event.' : [...lines, ...more].join('\n'), json: shown })
}

const stream =
  (name: StreamName, options: StreamOptions): Work =>
  (session) =>
  async () => {
    const { at, after, count } = options
    if (options.state === true) return state(session, name, at)
    if (options.steps === true) return steps(session, name, options)
    const found = await session.store.readStream(name, { from: after + 1, count })()
    if (E.isLeft(found)) return found
    const isBefore = ({ version, recordedAt }: { readonly version: number; readonly recordedAt: Date }): boolean =>
      at === undefined || (typeof at === 'number' ? version <= at : recordedAt <= at)
    const events = found.right.events.filter(isBefore).map(session.masks.event)
    const last = found.right.events.at(-1)?.version ?? 0
    // When `at` has left something out, nothing more follows.
    const isFull = found.right.events.length === count && events.length === count
    const more = isFull ? `\nThere may be more: --after ${last}` : ''
    return E.right({ text: `${eventTable(events, session.output.width)}${more}`, json: { ...found.right, events } })
  }

const eventId = (text: string): EventId => {
  const parsed = EventId.parse(text)
  if (E.isLeft(parsed)) throw new InvalidArgumentError(`${parsed.left.why}.`)
  return parsed.right
}

const event =
  (id: EventId): Work =>
  ({ store, domain, masks }) =>
  async () => {
    const found = await store.findEvents([id])()
    if (E.isLeft(found)) return found
    const [recorded] = found.right
    if (recorded === undefined) return E.left(failed(`no event has the id ${id}`))
    const causes = await Trace.causes(store)(recorded)()
    if (E.isLeft(causes)) return causes
    const description = Masks.description(masks)(EventDescription.of(domain)(recorded))
    const above = causes.right.map(
      (one) => `caused by: ${one.type}, ${one.stream} version ${one.version}, position ${one.position}`,
    )
    return E.right({
      text: [eventDetails(description), ...above.map(plain)].join('\n'),
      json: { ...description, causes: causes.right.map(masks.event) },
    })
  }

const trace =
  (correlation: string): Work =>
  ({ store, masks }) =>
  async () => {
    const found = await Trace.read(store)(correlation)()
    if (E.isLeft(found)) return found
    const read = { ...found.right, roots: found.right.roots.map(Masks.trace(masks)) }
    const { events, duration, roots, complete } = read
    if (events === 0) return E.right({ text: 'No event has this correlation id.', json: read, code: exitCodes.found })
    const head = `${complete ? events : `more than ${events}`} events in ${duration} ms`
    return E.right({ text: [head, ...traceLines(roots)].join('\n'), json: read })
  }

/** The commands that ask what happened. */
export const addEvents = (program: Command, environment: Environment): void => {
  const run = (command: Command, work: Work) => runOnStore(environment, command, work)
  withSearch(program.command('log').description('show events, the newest first')).action(
    (options: SearchOptions, command: Command) => run(command, log(options)),
  )
  program
    .command('streams')
    .description('list streams by the beginning of their names')
    .argument('[prefix]', 'the beginning of their names')
    .option('--after <stream>', 'behind this name')
    .option('-n, --count <number>', 'at most so many', integer(1), 100)
    .action(
      (prefix: string | undefined, options: { readonly after?: string; readonly count: number }, command: Command) =>
        run(command, streams(prefix, options)),
    )
  program
    .command('stream')
    .description('show a stream: its events, its state, or what each event has changed')
    .argument('<stream>', 'its name', streamArgument)
    .option('--at <version|time>', 'up to this version or time', moment)
    .option('--state', 'the state, folded by the aggregate of the configuration')
    .option('--steps', 'what each event has changed in the state')
    .option('--after <version>', 'events after this version', integer(0), 0)
    .option('-n, --count <number>', 'at most so many', integer(1), 100)
    .action((name: StreamName, options: StreamOptions, command: Command) => run(command, stream(name, options)))
  program
    .command('event')
    .description('show an event, what it means now, and what has led to it')
    .argument('<id>', 'its id', eventId)
    .action((id: EventId, _: unknown, command: Command) => run(command, event(id)))
  program
    .command('trace')
    .description('show all events of a correlation id, as causes and effects')
    .argument('<correlation>', 'the correlation id')
    .action((correlation: string, _: unknown, command: Command) => run(command, trace(correlation)))
}
