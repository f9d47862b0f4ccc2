import { isDeepStrictEqual } from 'node:util'
import { Query, type StreamName } from '@foldlog/core'
import { Decision } from '../boundaries/Decision.ts'
import { Journal, type JournalEntry, type StreamAppend } from '../Journal.ts'
import type { Defect, Finding } from './Defect.ts'
import type { Log, LogRow } from './Log.ts'

/** A part of an append that was decided on a query, and the ids of the events that are stored together with it. */
interface DecidedPart {
  readonly entry: JournalEntry
  readonly part: StreamAppend
  readonly decided: NonNullable<StreamAppend['decided']>
  readonly together: ReadonlySet<string>
}

const decidedParts = (entry: JournalEntry): ReadonlyArray<DecidedPart> =>
  entry.sent.parts.flatMap((part) => {
    if (part.decided === undefined) return []
    // In a transaction of a caller each part is an append of its own.
    const parts = entry.sent.how === 'append' ? entry.sent.parts : [part]
    return [{ entry, part, decided: part.decided, together: new Set(parts.flatMap(({ ids }) => ids)) }]
  })

const finding = (
  { entry, part }: Pick<DecidedPart, 'entry' | 'part'>,
  position: number | undefined,
  what: string,
  defect: Defect = 'boundaryViolations',
): Finding => ({
  defect,
  stream: part.stream,
  position,
  writers: [entry.sent.writer],
  what: `append ${entry.sent.append} ${what}`,
})

const matchesRow = (query: Query): ((row: LogRow) => boolean) => {
  const matches = Query.matches(query)
  // Names of streams come from the store.
  return ({ type = '', tags, stream }) => matches({ type, stream: stream as StreamName, ...(tags && { tags }) })
}

/** The rows that meet a query, made once for each query: a round has tens of queries and thousands of decisions. */
const matchesOf = (log: Log): ((query: Query) => ReadonlyArray<LogRow>) => {
  const known = new Map<string, ReadonlyArray<LogRow>>()
  return (query) => {
    const key = JSON.stringify(query)
    const found = known.get(key) ?? log.rows.filter(matchesRow(query))
    known.set(key, found)
    return found
  }
}

/**
 * The oracle of boundaries. Every event of a decision has stored what the decision had seen of its query: how many
 * events, and the last. The log must have exactly that before the event: nothing that the decision had not seen, and
 * nothing that it had seen is gone. The events that were stored together with it do not count.
 *
 * A refusal must have a reason: events that meet the query, that the marker had not seen, and that are in the log. When
 * the log went back (`rewound`), they may be gone. A refusal because the log may have gone back is a false alarm while
 * the history of the marker is the current one: when an append that was sent later is stored in it.
 *
 * @category checks
 * @since 0.1.0
 */
export const checkBoundaries = (
  log: Log,
  entries: ReadonlyArray<JournalEntry>,
  rewound = false,
): ReadonlyArray<Finding> => {
  const matching = matchesOf(log)
  const lastSent = lastSentByHistory(entries)
  return entries.flatMap((entry) => {
    const decided = decidedParts(entry)
    return [
      ...decided.flatMap((one) => checkDecided(log, matching(Decision.of(one.decided.by).query), one)),
      ...checkRefusal(log, entry, decided, rewound, lastSent),
    ]
  })
}

const checkDecided = (log: Log, matches: ReadonlyArray<LogRow>, one: DecidedPart): ReadonlyArray<Finding> => {
  const { decided, part, together } = one
  const [first] = part.ids.flatMap((id) => log.withId(id))
  if (first === undefined) return []
  const altered = part.ids
    .flatMap((id) => log.withId(id))
    .filter((row) => !isDeepStrictEqual(row.decided, decided))
    .map(({ position }) => finding(one, position, 'is stored with another decision than it was sent with', 'altered'))
  const before = matches.filter(({ position, id }) => position < first.position && !together.has(id))
  const last = before.at(-1)
  if ((last?.position ?? 0) === decided.last && (decided.count ?? before.length) === before.length) return altered
  const seen = `${decided.count ?? 'some'} events, the last at ${decided.last}`
  const what = `was decided on ${seen}; the log has ${before.length} before it, the last at ${last?.position ?? 0}`
  return [...altered, finding(one, first.position, what)]
}

/** For each history, the time at which the last of its stored appends was sent. */
const lastSentByHistory = (entries: ReadonlyArray<JournalEntry>): ReadonlyMap<string, number> => {
  const times = new Map<string, number>()
  for (const entry of entries) {
    const last = Journal.last(entry)
    for (const { history = '' } of last.is === 'acknowledged' ? last.places : [])
      times.set(history, Math.max(times.get(history) ?? 0, entry.sent.at ?? 0))
  }
  return times
}

const checkRefusal = (
  log: Log,
  entry: JournalEntry,
  decided: ReadonlyArray<DecidedPart>,
  rewound: boolean,
  lastSent: ReadonlyMap<string, number>,
): ReadonlyArray<Finding> => {
  const last = Journal.last(entry)
  if (last.is !== 'refused' || last.conflicts === undefined) return []
  const [part] = entry.sent.parts
  if (part === undefined) return []
  const found = (position: number | undefined, what: string, defect?: Defect) => [
    finding({ entry, part }, position, what, defect),
  ]
  if (last.rewound === true) {
    const mayBeLost = ({ part: { marker } }: DecidedPart): boolean =>
      marker !== undefined && (lastSent.get(marker.history) ?? 0) <= (last.at ?? 0)
    const what = 'was refused because the log went back, and its marker is of the current history'
    return decided.some(mayBeLost) ? [] : found(undefined, what, 'alarmed')
  }
  if (last.conflicts.length === 0) return found(undefined, 'was refused by its conditions, without a conflict')
  return last.conflicts.flatMap((position) => {
    const row = log.at(position)
    const isReason = ({ part: { marker }, decided: { by } }: DecidedPart): boolean =>
      (rewound || (row !== undefined && matchesRow(Decision.of(by).query)(row))) &&
      (marker === undefined || (position > marker.settled && !marker.seen.includes(position)))
    return decided.some(isReason) ? [] : found(position, 'was refused by an event that its condition does not exclude')
  })
}
