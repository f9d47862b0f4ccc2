import { accountCategory } from '../handlers/account.ts'
import { type AppendLocation, Journal, type JournalEntry, type StreamAppend } from '../Journal.ts'
import type { Defect, Finding } from './Defect.ts'
import type { Log, LogRow } from './Log.ts'

interface Expected {
  readonly id: string
  readonly part: StreamAppend
  readonly position: number | undefined
  readonly version: number
}

const expectedOf = (
  parts: ReadonlyArray<StreamAppend>,
  places: ReadonlyArray<AppendLocation>,
): ReadonlyArray<Expected> =>
  parts.flatMap((part, i) =>
    part.ids.map((id, j) => ({
      id,
      part,
      position: places[i]?.positions[j],
      version: (places[i]?.firstVersion ?? 0) + j,
    })),
  )

/**
 * Compares the outcomes reported to writers with the log. An acknowledged append is stored exactly once and at its
 * reported place, a rejected one not at all, an unknown one at most once and as a whole. Nothing else is stored but the
 * transfers of handlers and the coordinator between accounts. An acknowledged append for which `mayBeLost` is true is
 * stored as a whole, or not at all.
 *
 * @category checks
 * @since 0.1.0
 */
export const checkAppends = (
  log: Log,
  entries: ReadonlyArray<JournalEntry>,
  mayBeLost: (entry: JournalEntry) => boolean = () => false,
): ReadonlyArray<Finding> => [
  ...entries.flatMap((entry) => checkEntry(log, entry, mayBeLost(entry))),
  ...log.rows
    .filter(({ id, stream }) => log.writerOf(id) === undefined && !stream.startsWith(`${accountCategory}-`))
    .map(
      ({ position, stream, version, id }): Finding => ({
        defect: 'stray',
        position,
        stream,
        writers: [],
        what: `version ${version}, id ${id}, was appended by no writer`,
      }),
    ),
]

/**
 * How far the clock of the server may be from that of the workers, in milliseconds: all are of one machine, but it may
 * be set meanwhile.
 */
const clockTolerance = 600_000

/** An event is recorded after its append was first sent, and before it is acknowledged. */
const isRecordedInTime = ({ sent, outcomes }: JournalEntry, { recordedAt }: LogRow): boolean => {
  const answered = outcomes.flatMap((outcome) => (outcome.is === 'acknowledged' ? (outcome.at ?? []) : [])).at(-1)
  return (
    recordedAt === undefined ||
    ((sent.at === undefined || recordedAt >= sent.at - clockTolerance) &&
      (answered === undefined || recordedAt <= answered + clockTolerance))
  )
}

const checkEntry = (log: Log, entry: JournalEntry, mayBeLost: boolean): ReadonlyArray<Finding> => {
  const { sent } = entry
  const last = Journal.last(entry)
  const finding = (defect: Defect, stream: string, position: number | undefined, what: string): Finding => ({
    defect,
    stream,
    position,
    writers: [sent.writer],
    what: `${what}; append ${sent.append}, ${last.is}`,
  })
  const wanted = expectedOf(sent.parts, last.is === 'acknowledged' ? last.places : [])
  const findings = wanted.flatMap(({ id, part }) =>
    log
      .withId(id)
      .slice(1)
      .map(({ position }) => finding('doubled', part.stream, position, `id ${id} is stored more than once`)),
  )
  for (const { id, part } of wanted) {
    const [row] = log.withId(id)
    if (row !== undefined && !isRecordedInTime(entry, row))
      findings.push(finding('altered', part.stream, row.position, `id ${id} is recorded at ${row.recordedAt}`))
  }
  const missing = wanted.filter(({ id }) => log.withId(id).length === 0)
  if (last.is === 'acknowledged') {
    if (mayBeLost && missing.length === wanted.length) return findings
    for (const { id, part, position, version } of wanted) {
      const [row] = log.withId(id)
      const event = `version ${version}, id ${id}`
      if (row === undefined) findings.push(finding('lost', part.stream, position, `${event}, is not in the log`))
      else if (row.position !== position || row.version !== version || row.stream !== part.stream) {
        const is = `position ${row.position}, ${row.stream} version ${row.version}`
        findings.push(finding('altered', part.stream, position, `${event}, is in the log at ${is}`))
      }
    }
  } else if (last.is === 'refused') {
    for (const { id, part } of wanted) {
      const [row] = log.withId(id)
      if (row !== undefined)
        findings.push(finding('stray', part.stream, row.position, `id ${id} was rejected (${last.why}) and stored`))
    }
  } else if (missing.length < wanted.length) {
    for (const { id, part } of missing)
      findings.push(finding('torn', part.stream, undefined, `id ${id} is not stored, others of its append are`))
  }
  return findings
}
