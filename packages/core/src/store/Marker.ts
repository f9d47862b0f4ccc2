import { either as E } from 'fp-ts'
import { type Checked, rejectInput } from '../values/InvalidInput.ts'
import { format } from '../values/internal/format.ts'
import { Limits } from '../values/Limits.ts'
import { type HistoryId, LogPosition } from './LogPosition.ts'

/**
 * What a read of matching events has seen, exactly: everything that matches at or before `settled`, and beyond it the
 * events at the positions `seen`, and nothing else. A {@link Condition} with it is met until another matching event
 * appears, at whatever position.
 *
 * Only stores make markers, and only the store that made one reads it: take it as it is. It is plain data, and may be
 * kept as JSON.
 *
 * One number would not do. Positions become visible in another order than they are drawn: a marker "after 8" misses the
 * event at 7 that is committed later, and "after 6", the last settled one, meets 8 again, which was seen.
 *
 * @category model
 * @since 0.1.0
 */
export interface Marker {
  /** Identifies the log: 1 to 128 characters. A marker of another log, such as that of another schema, is rejected. */
  readonly log: string
  /** The history in which the events were read. */
  readonly history: HistoryId
  /** No matching event will ever appear at or before this position, other than those that were read. */
  readonly settled: number
  /** Positions above `settled` of matching events that were read, ascending. */
  readonly seen: ReadonlyArray<number>
}

const isPosition = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

const foreign = 'must be a marker that this store has returned'

/**
 * Checks a marker of the log `log`, and returns a copy of it. `what` names it in the error. Without `log` the store has
 * to compare that itself. Whether the history of the marker is still that of the log, every store has to look at.
 *
 * @category for store authors
 * @since 0.1.0
 */
const check =
  (what: string, log: string | undefined) =>
  (marker: Marker): Checked<Marker> => {
    if (typeof marker !== 'object' || marker === null) return rejectInput(what, `${foreign}, is ${format(marker)}`)
    const { settled, seen } = marker
    if (typeof marker.log !== 'string' || !/^.{1,128}$/u.test(marker.log) || (log !== undefined && marker.log !== log))
      return rejectInput(what, `${foreign}, is one of the log ${format(marker.log)}`)
    const history = LogPosition.checkHistory(marker.history)
    if (E.isLeft(history)) return rejectInput(`${what}.history`, history.left.why)
    if (!isPosition(settled)) return rejectInput(`${what}.settled`, `${foreign}, is ${format(settled)}`)
    if (!Array.isArray(seen) || seen.length > Limits.markerPositions)
      return rejectInput(`${what}.seen`, `${foreign}: a list of at most ${Limits.markerPositions} positions`)
    let last = settled
    for (let i = 0; i < seen.length; i++) {
      const position: unknown = seen[i]
      if (!isPosition(position) || position <= last)
        return rejectInput(`${what}.seen[${i}]`, `${foreign}: must be a position above ${last}, is ${format(position)}`)
      last = position
    }
    return E.right({ log: marker.log, history: history.right, settled, seen: [...seen] })
  }

/**
 * Whether a marker has seen what matches at a position.
 *
 * @category predicates
 * @since 0.1.0
 */
const covers = ({ settled, seen }: Pick<Marker, 'settled' | 'seen'>): ((position: number) => boolean) => {
  const positions = new Set(seen)
  return (position) => position <= settled || positions.has(position)
}

/**
 * The marker after a further read: what `marker` has seen, and the matching events at `positions`, and everything that
 * matches at or before `settled`. A settled position may go down between two reads; what was settled once stays so.
 *
 * @category for store authors
 * @since 0.1.0
 */
const advance = (marker: Marker, settled: number, positions: ReadonlyArray<number>, history: HistoryId): Marker => {
  const highest = Math.max(marker.settled, settled)
  const seen = [...new Set([...marker.seen, ...positions])].filter((position) => position > highest)
  return { log: marker.log, history, settled: highest, seen: seen.sort((one, other) => one - other) }
}

/**
 * The marker of a log of which nothing was read.
 *
 * @category for store authors
 * @since 0.1.0
 */
const nothingSeen = (log: string, history: HistoryId): Marker => ({ log, history, settled: 0, seen: [] })

/**
 * Functions on {@link Marker}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Marker = { check, covers, advance, nothingSeen } as const
