import type { BoundaryChanged, HistoryId, StreamName } from '@foldlog/core'
import { boundaryChanged, type CheckedAppend, type ConditionChange, Limits } from '@foldlog/core/store'
import { decodeRow, type EventRow } from '../encoding/decodeEvent.ts'

/** A conflict of foldlog.boundary_verdict. The event is null when it is large. */
export type ConflictRow = readonly [
  condition: number,
  position: number,
  type: string,
  stream: StreamName,
  event: EventRow | null,
]

/**
 * What a read after each marker would return. The append held the keys of its conditions, so no event that meets them
 * was in flight, and a later one draws a higher position than all that were found: the last of these is settled.
 * `undefined` when there may be more conflicts, or when an event is too large to be sent.
 */
const changesOf = (
  parts: ReadonlyArray<CheckedAppend>,
  rows: ReadonlyArray<ConflictRow>,
  history: HistoryId,
  log: string,
): ReadonlyArray<ConditionChange> | undefined => {
  if (rows.length >= Limits.conflictsPerError) return undefined
  const found = new Map<number, Array<EventRow>>()
  for (const [condition, , , , event] of rows) {
    if (event === null) return undefined
    const events = found.get(condition)
    if (events === undefined) found.set(condition, [event])
    else events.push(event)
  }
  const conditions = parts.flatMap((part) => part.conditions)
  return Array.from(found, ([condition, events]): ConditionChange => {
    const recorded = events.map(decodeRow)
    const marker = conditions[condition]?.marker
    const settled = Math.max(marker?.settled ?? 0, marker?.seen.at(-1) ?? 0, recorded.at(-1)?.position ?? 0)
    return { condition, events: recorded, marker: { log, history, settled, seen: [] } }
  })
}

/** Decodes the verdict that conditions are not met; without rows, a marker was read before the log was rewound. */
export const decodeBoundary = (
  parts: ReadonlyArray<CheckedAppend>,
  rows: ReadonlyArray<ConflictRow>,
  history: HistoryId,
  log: string | undefined,
): BoundaryChanged => {
  if (rows.length === 0) return boundaryChanged([], { rewound: true })
  const conflicts = rows.map(([condition, position, type, stream]) => ({ condition, position, type, stream }))
  const changes = log === undefined ? undefined : changesOf(parts, rows, history, log)
  return boundaryChanged(conflicts, changes === undefined ? {} : { changes })
}
