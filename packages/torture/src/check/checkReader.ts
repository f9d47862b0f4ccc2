import { type Observations, Scope, type SeenEvent } from '../Observations.ts'
import type { Finding } from './Defect.ts'
import type { Log } from './Log.ts'

/**
 * Compares what a reader saw with the log: every event of its scope once, those of a stream in their order, and, when
 * it reads the log, all by ascending positions. `gone` is the defect when the log does not have an event that was read:
 * the event was altered, or, when the log went back, the reader did not notice the loss.
 *
 * @category checks
 * @since 0.1.0
 */
export const checkReader = (
  log: Log,
  observations: Observations,
  gone: 'altered' | 'silent' = 'altered',
): ReadonlyArray<Finding> => {
  const seen = new Set<number>()
  return [...checkSeen(log, observations, seen, gone), ...checkMissed(log, observations, seen)]
}

const writerAt = (log: Log, position: number): string => log.writerOf(log.at(position)?.id ?? '') ?? 'no writer'

/** Checks the seen events in order, and adds their positions to `seen`. */
const checkSeen = (
  log: Log,
  { reader, scope, pages }: Observations,
  seen: Set<number>,
  gone: 'altered' | 'silent',
): ReadonlyArray<Finding> => {
  const versions = new Map<string, number>()
  let highest = 0

  const finding = (defect: Finding['defect'], [position, stream]: SeenEvent, what: string): ReadonlyArray<Finding> => [
    { defect, stream, position, writers: [writerAt(log, position)], what: `${reader}: ${what}` },
  ]

  const look = (event: SeenEvent): ReadonlyArray<Finding> => {
    const [position, stream, version, id, recordedAt] = event
    const row = log.at(position)
    if (seen.has(position)) return finding('repeated', event, `version ${version} was seen twice`)
    seen.add(position)
    if (row?.stream !== stream || row.version !== version || (id != null && id !== row.id))
      return finding(
        gone,
        event,
        `version ${version}, id ${id ?? 'none'}, was seen, and the log has ${row === undefined ? 'nothing' : `${row.stream} version ${row.version}, id ${row.id}`} there`,
      )
    if (recordedAt !== undefined && row.recordedAt !== undefined && recordedAt !== row.recordedAt)
      return finding(
        'altered',
        event,
        `was recorded at ${recordedAt} for the reader, and at ${row.recordedAt} in the log`,
      )
    const before = versions.get(stream) ?? 0
    const past = highest
    versions.set(stream, Math.max(before, version))
    highest = Math.max(past, position)
    if (version < before) return finding('reordered', event, `version ${version} was seen after version ${before}`)
    if (scope.of === 'log' && position < past) return finding('reordered', event, `was seen after position ${past}`)
    return []
  }

  return pages.flatMap(({ events, foreign = [] }) => [
    ...events.flatMap(look),
    ...events
      .filter(([position]) => foreign.includes(position))
      .flatMap((event) => finding('altered', event, 'does not have the content that its writer stored')),
  ])
}

const checkMissed = (log: Log, { reader, scope }: Observations, seen: ReadonlySet<number>): ReadonlyArray<Finding> => {
  const covers = Scope.covers(scope)
  return log.rows.flatMap(({ position, stream, version }, i): ReadonlyArray<Finding> => {
    if (seen.has(position) || !covers(stream)) return []
    // The event that overtook it is probably the cause.
    const next = log.rows.slice(i + 1, i + 100).find((row) => seen.has(row.position))
    const overtaken = next === undefined ? '' : `, position ${next.position} was`
    const writers = [position, ...(next === undefined ? [] : [next.position])].map((at) => writerAt(log, at))
    const what = `${reader}: version ${version} was not seen${overtaken}`
    return [{ defect: 'missed', stream, position, writers: [...new Set(writers)], what }]
  })
}
