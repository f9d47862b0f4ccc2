import type { EventStore, HistoryId, InvalidInput, LogRewound, LogTail, StoreUnavailable } from '@foldlog/core'
import { rejectInput } from '@foldlog/core/store'
import { either as E, taskEither as TE } from 'fp-ts'
import { runSafely } from './internal/async/runSafely.ts'

/**
 * Where to begin: at the first event of the log, after the present end, behind a position, or at the events that were
 * recorded at or after a time. A remembered position comes with the history in which it was read. When the log does not
 * have this position in this history, the result is `LogRewound`.
 *
 * A start applies only once, when the handler of that name is created. A restart continues at the checkpoint. Rebuilds
 * and new versions begin where the handler began: `now` remains the moment of its creation. To begin elsewhere, give
 * the handler a new name.
 *
 * @category model
 * @since 0.1.0
 */
export type StartFrom =
  | 'origin'
  | 'now'
  | { readonly after: number; readonly history?: HistoryId | undefined }
  | { readonly time: Date }

type PositionTask = TE.TaskEither<InvalidInput | LogRewound | StoreUnavailable, number>

type Log = Pick<EventStore, 'readLog'>

/**
 * Recording times ascend with positions, except for concurrent transactions and clocks that are set back: by less than
 * this, in milliseconds.
 */
const maxDisorder = 60_000

/** Finds by bisection the position before the first event at or after a time. Exact when times ascend. */
const bisectByTime =
  (store: Log, settledPosition: number, time: number): PositionTask =>
  async () => {
    // Every event that was read up to `low` is earlier; the first one behind `high` is not, or does not exist.
    let [low, high] = [0, settledPosition]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const page = await runSafely(store.readLog({ after: middle, count: 1 }))
      if (E.isLeft(page)) return page
      const [event] = page.right.events
      if (event === undefined || event.recordedAt.getTime() >= time) high = middle
      else low = event.position
    }
    return E.right(low)
  }

/**
 * Reads every event from `maxDisorder` before the time on, so that none is missed because an earlier time follows it.
 */
const findFirstAt =
  (store: Log, settledPosition: number, time: number): PositionTask =>
  async () => {
    const start = await bisectByTime(store, settledPosition, time - maxDisorder)()
    if (E.isLeft(start)) return start
    for (let after = start.right; ; ) {
      const page = await runSafely(store.readLog({ after, count: 1_000 }))
      if (E.isLeft(page)) return page
      const { events, position, end } = page.right
      const first = events.findIndex(({ recordedAt }) => recordedAt.getTime() >= time)
      if (first >= 0) return E.right(events[first - 1]?.position ?? after)
      if (end) return E.right(position)
      after = position
    }
  }

/**
 * The position behind which to begin.
 *
 * @category destructors
 * @since 0.1.0
 */
const position = (store: Log & Pick<LogTail, 'settledPosition'>, start: StartFrom): PositionTask => {
  if (start === 'origin') return TE.right(0)
  if (start === 'now') return store.settledPosition
  if ('after' in start) {
    // The store knows whether the log has reached that position.
    return async () => {
      const page = await runSafely(store.readLog({ ...start, count: 1 }))
      return E.isLeft(page) ? page : E.right(start.after)
    }
  }
  const time = start.time.getTime()
  if (Number.isNaN(time)) return TE.fromEither(rejectInput('start.time', 'is not a valid date'))
  return async () => {
    const settledPosition = await runSafely(store.settledPosition)
    return E.isLeft(settledPosition) ? settledPosition : findFirstAt(store, settledPosition.right, time)()
  }
}

/**
 * A short text that describes a start for people: `origin`, `now`, `after 17` or `time 2026-01-31T00:00:00.000Z`.
 *
 * @category destructors
 * @since 0.1.0
 */
const describe = (start: StartFrom): string => {
  if (typeof start === 'string') return start
  if ('after' in start) return `after ${start.after}`
  return `time ${Number.isNaN(start.time.getTime()) ? 'unknown' : start.time.toISOString()}`
}

/**
 * Functions on {@link StartFrom}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const StartFrom = { position, describe } as const
