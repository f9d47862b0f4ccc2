import type { RecordedEvent } from '@foldlog/core'
import type { Difference, EventDescription, TraceNode } from '@foldlog/operations'
import type { GenerationStatus, ParkedEvent } from '@foldlog/subscriptions'
import { jsonText } from './output/Output.ts'
import { plain } from './output/plain.ts'
import { table } from './output/table.ts'

/** The columns of a terminal that data may take. */
const dataWidth = 60

const short = (value: unknown, width = dataWidth): string => {
  const text = plain(jsonText(value))
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}

const eventColumns = [
  { title: 'position', align: 'right' },
  { title: 'time' },
  { title: 'stream' },
  { title: 'version', align: 'right' },
  { title: 'type' },
  { title: 'data' },
] as const

const eventRow = (event: RecordedEvent): ReadonlyArray<string> => [
  `${event.position}`,
  event.recordedAt.toISOString(),
  event.stream,
  `${event.version}`,
  event.schemaVersion === 1 ? event.type : `${event.type} v${event.schemaVersion}`,
  short(event.data),
]

export const eventTable = (events: ReadonlyArray<RecordedEvent>, width: number | undefined): string =>
  events.length === 0 ? 'No event.' : table(eventColumns, events.map(eventRow), width)

/** One event in one line, for a list that grows. */
export const eventLine = (event: RecordedEvent): string => eventRow(event).map(plain).join('  ')

export const eventDetails = ({ recorded, decoding, isCurrent }: EventDescription): string => {
  const { metadata } = recorded
  const rows: ReadonlyArray<readonly [string, string | undefined]> = [
    ['id', recorded.id],
    ['stream', `${recorded.stream} version ${recorded.version}`],
    ['position', `${recorded.position}`],
    ['recorded at', recorded.recordedAt.toISOString()],
    ['type', `${recorded.type} v${recorded.schemaVersion}${isCurrent === false ? ', a former form' : ''}`],
    ['correlation', metadata.correlationId],
    ['causation', metadata.causationId],
    ['user', metadata.user === undefined ? undefined : jsonText(metadata.user)],
    ['data', jsonText(recorded.data, 2)],
    [
      'decoded',
      decoding._tag === 'Decoded'
        ? jsonText(decoding.events, 2)
        : decoding._tag === 'NoCodec'
          ? 'the configuration has no codec for it'
          : `cannot be decoded: ${plain(decoding.why)}`,
    ],
  ]
  // Only indented JSON has line feeds of its own: any other would let a value look like a row.
  const text = (title: string, value: string) => (title === 'data' || title === 'decoded' ? value : plain(value))
  return rows.flatMap(([title, value]) => (value === undefined ? [] : [`${title}: ${text(title, value)}`])).join('\n')
}

export const differenceLine = ({ path, ...sides }: Difference): string => {
  const at = path.length === 0 ? 'it' : plain(path.join('.'))
  if (!('before' in sides)) return `+ ${at}: ${short(sides.after)}`
  return 'after' in sides
    ? `~ ${at}: ${short(sides.before)} → ${short(sides.after)}`
    : `- ${at}: ${short(sides.before)}`
}

const stepNames = ({ by }: TraceNode): string =>
  by
    .map((step) =>
      step._tag === 'Process' ? `process ${step.handler}` : step._tag === 'Timer' ? `timer ${step.timer}` : 'rejection',
    )
    .join(', ')

export const traceLines = (nodes: ReadonlyArray<TraceNode>, depth = 0): ReadonlyArray<string> =>
  nodes.flatMap((node) => {
    const { event, cause, delay, effects } = node
    const how = node.by.length > 0 ? ` by ${stepNames(node)}` : cause === null ? '' : ` by command ${cause}`
    const own = `${'  '.repeat(depth)}${event.type}  ${event.stream} ${event.version}  position ${event.position}  +${delay} ms${how}`
    return [plain(own), ...traceLines(effects, depth + 1)]
  })

export const handlerTable = (handlers: ReadonlyArray<GenerationStatus>, width: number | undefined): string =>
  handlers.length === 0
    ? 'No handler is known.'
    : table(
        [
          { title: 'handler' },
          { title: 'generation', align: 'right' },
          { title: 'role' },
          { title: 'state' },
          { title: 'position', align: 'right' },
          { title: 'lag', align: 'right' },
          { title: 'seconds', align: 'right' },
          { title: 'events/s', align: 'right' },
          { title: 'held', align: 'right' },
          { title: 'parked', align: 'right' },
          { title: 'timers', align: 'right' },
          { title: 'holders' },
        ],
        handlers.map((one) => [
          one.name,
          `${one.generation}`,
          one.role,
          one.state,
          `${one.position}`,
          `${one.lag}`,
          one.lagSeconds.toFixed(1),
          one.rate.toFixed(0),
          `${one.partitions.filter(({ holder }) => holder !== null).length}/${one.partitions.length}`,
          `${one.parked}`,
          `${one.timers}`,
          one.holders.join(', '),
        ]),
        width,
      )

export const parkedTable = (parked: ReadonlyArray<ParkedEvent>, width: number | undefined): string =>
  parked.length === 0
    ? 'Nothing is parked.'
    : table(
        [
          { title: 'handler' },
          { title: 'position', align: 'right' },
          { title: 'stream' },
          { title: 'version', align: 'right' },
          { title: 'type' },
          { title: 'attempts', align: 'right' },
          { title: 'since' },
          { title: 'why' },
        ],
        parked.map((one) => [
          one.document.name,
          `${one.position}`,
          one.stream,
          `${one.version}`,
          one.type,
          `${one.attempts}`,
          one.parkedAt.toISOString(),
          one.requestedAction === null ? one.why : `${one.requestedAction} is requested; ${one.why}`,
        ]),
        width,
      )
