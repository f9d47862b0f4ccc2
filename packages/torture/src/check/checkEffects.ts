import { accountCategory } from '../handlers/account.ts'
import type { Defect, Finding } from './Defect.ts'
import type { HandlerEvidence, Note, Parked, StreamCount } from './HandlerEvidence.ts'
import type { Log, LogRow } from './Log.ts'

/**
 * Compares the work of handlers with the log: every event of a writer is recorded once and counted once in its stream,
 * in the order of the stream, and no coin is lost or created. When the log went back (`rewound`), a coin may be
 * deposited whose withdrawal was lost, because its command was sent before.
 *
 * @category checks
 * @since 0.1.0
 */
export const checkEffects = (
  log: Log,
  { notes, counts, transfers, parked }: HandlerEvidence,
  rewound = false,
): ReadonlyArray<Finding> => {
  const rows = log.rows.filter(({ stream }) => !stream.startsWith(`${accountCategory}-`))
  return [
    ...checkNotes(log, rows, notes, reasonOf(parked, 'noting')),
    ...checkCounts(rows, counts, reasonOf(parked, 'counting')),
    ...transfers
      .filter(({ withdrawn, deposited }) => !(rewound && withdrawn === 0 && deposited === 1))
      .flatMap(({ transfer, withdrawn, deposited }) =>
        times(Math.abs(withdrawn - deposited), () =>
          finding(
            'moneyDrift',
            transfer,
            undefined,
            `paying: ${withdrawn} coins were withdrawn, ${deposited} were deposited${anyReason(parked, 'paying')}`,
          ),
        ),
      ),
  ]
}

const finding = (defect: Defect, stream: string, position: number | undefined, what: string): Finding => ({
  defect,
  stream,
  position,
  writers: [],
  what,
})

/**
 * The reason why the event at a position was parked, if it was. Its effects are missing all the same, and the report
 * names the cause.
 */
type ReasonOf = (position: number) => string | undefined

const reasonOf = (parked: ReadonlyArray<Parked>, handler: string): ReasonOf => {
  const reasons = new Map(parked.filter((one) => one.handler === handler).map(({ position, why }) => [position, why]))
  return (position) => reasons.get(position)
}

/** The first reason why a handler parked an event; the stream of its events does not identify a transfer. */
const anyReason = (parked: ReadonlyArray<Parked>, handler: string): string => {
  const first = parked.find((one) => one.handler === handler)
  return first === undefined ? '' : `; parked, such as position ${first.position}: ${first.why}`
}

const times = <A>(length: number, make: () => A): ReadonlyArray<A> => Array.from({ length }, make)

const checkNotes = (
  log: Log,
  rows: ReadonlyArray<LogRow>,
  notes: ReadonlyArray<Note>,
  why: ReasonOf,
): ReadonlyArray<Finding> => {
  const noted = new Set<number>()
  const versions = new Map<string, number>()
  const wrong = notes.flatMap(({ stream, version, position }): ReadonlyArray<Finding> => {
    const found = (defect: Defect, what: string) => [
      finding(defect, stream, position, `noting: version ${version} ${what}`),
    ]
    const row = log.at(position)
    // An effect without an event: one too many.
    if (row?.stream !== stream || row.version !== version)
      return found('effectsDoubled', 'was noted, and is not in the log')
    if (noted.has(position)) return found('effectsDoubled', 'was noted more than once')
    noted.add(position)
    const before = versions.get(stream) ?? 0
    versions.set(stream, Math.max(before, version))
    return version < before ? found('effectsReordered', `was noted after version ${before}`) : []
  })
  const missing = rows.filter(({ position }) => !noted.has(position))
  return [
    ...wrong,
    ...missing.map(({ stream, version, position }) =>
      finding(
        'effectsMissing',
        stream,
        position,
        `noting: version ${version} was ${why(position) === undefined ? 'not noted' : `parked: ${why(position)}`}`,
      ),
    ),
  ]
}

const checkCounts = (
  rows: ReadonlyArray<LogRow>,
  counts: ReadonlyArray<StreamCount>,
  why: ReasonOf,
): ReadonlyArray<Finding> => {
  const expected = new Map<string, { readonly events: number; readonly last: LogRow; readonly parked: string }>()
  for (const row of rows) {
    const { events = 0, parked = '' } = expected.get(row.stream) ?? {}
    const reason = why(row.position)
    const described =
      parked === '' && reason !== undefined ? `; parked from version ${row.version} on: ${reason}` : parked
    expected.set(row.stream, { events: events + 1, last: row, parked: described })
  }
  const counted = new Map(counts.map((count) => [count.stream, count]))
  const streams = [...new Set([...expected.keys(), ...counted.keys()])]
  return streams.flatMap((stream) => {
    const { events = 0, last, parked = '' } = expected.get(stream) ?? {}
    const { events: seen = 0, version = 0, inversions = 0 } = counted.get(stream) ?? {}
    const found = (defect: Defect, number: number, what: string) =>
      times(number, () => finding(defect, stream, last?.position, `counting: ${what}`))
    // The right number of events with another one last: an event was counted too late.
    const swapped = seen === events && version !== (last?.version ?? 0) ? 1 : 0
    const number = `${seen} of ${events} events were counted`
    return [
      ...found('effectsMissing', Math.max(0, events - seen), `${number}${parked}`),
      ...found('effectsDoubled', Math.max(0, seen - events), number),
      ...found('effectsReordered', Math.max(inversions, swapped), `version ${version} was counted last`),
    ]
  })
}
