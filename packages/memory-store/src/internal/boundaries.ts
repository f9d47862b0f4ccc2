import type { BoundaryChanged, BoundaryConflict, BoundaryStore, LogRewound, Marker, MatchingPage } from '@foldlog/core'
import { Marker as Markers, Query } from '@foldlog/core'
import type {
  BoundarySupport,
  CheckedAppend,
  CheckedCondition,
  CheckedReadMatching,
  ConditionChange,
} from '@foldlog/core/store'
import { boundaryChanged, Limits, ReadMatchingOptions } from '@foldlog/core/store'
import { either as E, function as F, option as O } from 'fp-ts'
import { currentHistory, verifyPosition } from './histories.ts'
import { checkRunning, type Log, toRecordedEvent } from './Log.ts'
import { matchingAfter } from './matching.ts'

/** The log of markers: its first history, which all later ones share. */
export const supportOf = (log: Log): BoundarySupport => ({ log: log.histories[0].id })

/** Checks that what a marker has seen is still in the log. */
const verifyMarker = (log: Log, { settled, seen, history }: Marker): E.Either<LogRewound, void> =>
  verifyPosition(log.histories, log.events.length, { position: seen.at(-1) ?? settled, history })

/** The marker of a read of everything. An append in memory ends at once, so all positions are settled. */
const markerAt = (log: Log, settled: number): Marker => ({
  ...Markers.nothingSeen(log.histories[0].id, currentHistory(log.histories)),
  settled,
})

/** The matching events that a marker has not seen, in the order of positions. */
const unseen = (log: Log, { query, marker }: CheckedCondition) => {
  const events = matchingAfter(log, query, marker?.settled ?? 0)
  if (marker === null || marker.seen.length === 0) return events
  const isSeen = Markers.covers(marker)
  return events.filter(({ position }) => !isSeen(position))
}

const readPage = (log: Log, { query, after, limit, backward }: CheckedReadMatching): MatchingPage => {
  const found = unseen(log, { query, marker: after })
  const end = found.length <= limit
  const events = backward ? found.slice(-limit).reverse() : found.slice(0, limit)
  const last = backward || end ? log.events.length : events.at(-1)?.position
  return {
    events: events.map(toRecordedEvent),
    marker: markerAt(log, Math.max(after?.settled ?? 0, last ?? 0)),
    end,
  }
}

/** The conflicts that an error names: of every condition the first, then as many as there is room for. */
const bounded = (all: ReadonlyArray<ReadonlyArray<BoundaryConflict>>): ReadonlyArray<BoundaryConflict> => {
  const failing = all.filter(({ length }) => length > 0)
  let room = Limits.conflictsPerError - failing.length
  return failing.flatMap((ofOne) => {
    const more = ofOne.slice(1, 1 + room)
    room -= more.length
    return [...ofOne.slice(0, 1), ...more]
  })
}

/**
 * Checks the conditions of appends that are to be stored together. It is called with no await before the write, so no
 * event comes between.
 */
export const checkConditions = (log: Log, parts: ReadonlyArray<CheckedAppend>): E.Either<BoundaryChanged, void> => {
  const conditions = parts.flatMap((part) => part.conditions)
  if (conditions.length === 0) return E.right(undefined)
  if (conditions.some(({ marker }) => marker !== null && E.isLeft(verifyMarker(log, marker))))
    return E.left(boundaryChanged([], { rewound: true }))
  const found = conditions.map((condition) => unseen(log, condition))
  const conflicts = found.map((events, condition) =>
    events.map(({ position, type, append: { stream } }) => ({ condition, position, type, stream })),
  )
  const count = conflicts.flat().length
  if (count === 0) return E.right(undefined)
  if (count > Limits.conflictsPerError) return E.left(boundaryChanged(bounded(conflicts)))
  const changes = found.flatMap(
    (events, condition): ReadonlyArray<ConditionChange> =>
      events.length === 0
        ? []
        : [{ condition, events: events.map(toRecordedEvent), marker: markerAt(log, log.events.length) }],
  )
  return E.left(boundaryChanged(bounded(conflicts), { changes }))
}

/** The markers of a part that was stored: of reads that end with it. */
export const markersOf = (log: Log, part: CheckedAppend | undefined): ReadonlyArray<Marker> | undefined =>
  part === undefined || part.conditions.length === 0
    ? undefined
    : part.conditions.map(() => markerAt(log, log.events.length))

export const boundariesOf = (log: Log): BoundaryStore => ({
  readMatching: (options) => async () =>
    F.pipe(
      ReadMatchingOptions.check(options, log.histories[0].id),
      E.chainFirstW(checkRunning(log)),
      E.chainFirstW(({ after }) => (after === null ? E.right(undefined) : verifyMarker(log, after))),
      E.map((checked) => readPage(log, checked)),
    ),

  lastMatching: (query) => async () =>
    F.pipe(
      Query.check('query')(query),
      E.chainFirstW(checkRunning(log)),
      E.map((checked) => readPage(log, { query: checked, after: null, limit: 1, backward: true })),
      E.map(({ events, marker }) => ({ event: O.fromNullable(events[0]), marker })),
    ),
})
