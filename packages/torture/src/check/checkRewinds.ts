import { Journal, type JournalEntry } from '../Journal.ts'
import type { Observations } from '../Observations.ts'
import type { Finding } from './Defect.ts'
import type { Log } from './Log.ts'
import type { Rewind } from './Rewind.ts'

const finding = (
  defect: Finding['defect'],
  stream: string,
  position: number | undefined,
  what: string,
  writers: ReadonlyArray<string> = [],
): Finding => ({ defect, stream, position, writers, what })

/**
 * Checks that no loss stays undetected when the log goes back: each handler that had handled lost events has stopped,
 * and no append in the log was decided on an event that is not in the log. Also checks that there is no false alarm: no
 * reader and no handler reports a rewind that did not happen (`alarms` names the handlers that have stopped).
 *
 * @category checks
 * @since 0.1.0
 */
export const checkRewinds = (
  log: Log,
  entries: ReadonlyArray<JournalEntry>,
  readers: ReadonlyArray<Observations>,
  rewinds: ReadonlyArray<Rewind>,
  alarms: ReadonlyArray<string>,
): ReadonlyArray<Finding> => [
  ...rewinds.flatMap(checkHandlers),
  ...checkDecisions(log, entries),
  ...(rewinds.length > 0 ? [] : checkAlarms(readers, alarms)),
]

const checkHandlers = ({ how, common, handlers }: Rewind): ReadonlyArray<Finding> =>
  handlers
    .filter(({ position, stopped }) => position > common && !stopped)
    .map(({ name, position }) =>
      finding(
        'silent',
        name,
        common,
        `${name} had handled everything up to position ${position}, and did not stop when the log went back to ${common} (${how})`,
      ),
    )

const checkDecisions = (log: Log, entries: ReadonlyArray<JournalEntry>): ReadonlyArray<Finding> => {
  const versions = new Map(log.rows.map((row) => [`${row.stream} ${row.version}`, row]))
  return entries.flatMap((entry) => {
    if (Journal.last(entry).is !== 'acknowledged') return []
    const { append, writer, parts } = entry.sent
    return parts.flatMap((part) => {
      const [row] = log.withId(part.ids[0] ?? '')
      return [part, ...(part.checks ?? [])].flatMap(({ stream, expected, basis }): ReadonlyArray<Finding> => {
        if (basis === undefined || typeof expected !== 'number' || row === undefined) return []
        const there = versions.get(`${stream} ${expected}`)?.id
        if (there === basis) return []
        const what = `append ${append} was decided on ${basis} at version ${expected}, where the log has ${there ?? 'nothing'}`
        return [finding('silent', stream, row.position, what, [writer])]
      })
    })
  })
}

const checkAlarms = (readers: ReadonlyArray<Observations>, alarms: ReadonlyArray<string>): ReadonlyArray<Finding> => [
  ...readers.flatMap(({ reader, pages }) =>
    pages.flatMap(({ rewound }) =>
      rewound === undefined
        ? []
        : [
            finding(
              'alarmed',
              reader,
              rewound,
              `${reader} reported that the log went back to ${rewound}, which it did not`,
            ),
          ],
    ),
  ),
  ...alarms.map((handler) =>
    finding('alarmed', handler, undefined, `${handler} stopped because the log went back, and it did not`),
  ),
]

/**
 * Checks whether an acknowledged append may be lost: it was in progress at a time whose writes a later rewind lost.
 *
 * @category checks
 * @since 0.1.0
 */
export const mayHaveBeenLost =
  (rewinds: ReadonlyArray<Rewind>) =>
  (entry: JournalEntry): boolean => {
    const last = Journal.last(entry)
    const sent = entry.sent.at ?? 0
    const answered = last.is === 'acknowledged' ? (last.at ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY
    return rewinds.some(({ from, to }) => sent <= to && answered >= from)
  }

/**
 * The final view of a reader: without the events that it dropped after `LogRewound`.
 *
 * @category destructors
 * @since 0.1.0
 */
export const seenAtTheEnd = (observations: Observations): Observations => {
  if (observations.pages.every(({ rewound }) => rewound === undefined)) return observations
  const pages: Array<Observations['pages'][number]> = []
  for (const page of observations.pages) {
    const { rewound } = page
    if (rewound === undefined) {
      pages.push(page)
      continue
    }
    for (const [i, before] of pages.entries())
      pages[i] = { ...before, events: before.events.filter(([position]) => position <= rewound) }
  }
  return { ...observations, pages }
}
