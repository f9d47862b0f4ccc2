import type { HandlerDocument } from '@foldlog/core/store'

// A timer that is due waits until its partition has taken the events that were in the log when it was due: one of them
// may cancel it. After a downtime, such events wait in the log beside the timer.
//
// The bound: all events that are settled when the partition begins, because it is fed all of them before it is fed the
// end of the log. An event that is appended while the partition is live can come later than a timer that is due at the
// same moment, by the time that a notification takes.
//
// No timer starves: the events that were recorded before a time are finitely many, and each of them is taken or waits
// in a lane. A timer goes on behind the last of them, however long the log grows. Transactions that run at once may be
// recorded in another order than that of their positions, by as much as they last.

/** How far a partition was fed, in the time of the store. */
export interface FedTime {
  /** When the last event that was fed was recorded, in milliseconds since 1970; 0 before the first. */
  readonly lastRecordedAt: number
  /** Whether the log had no more when it was read. */
  readonly isEnd: boolean
}

export const unfed: FedTime = { lastRecordedAt: 0, isEnd: false }

/**
 * Whether all events that were recorded up to a time are taken. `next` is when the first event that waits was
 * recorded; `undefined` when none waits.
 */
export const isTakenUpTo = (time: number, next: Date | undefined, { lastRecordedAt, isEnd }: FedTime): boolean =>
  next === undefined ? isEnd || lastRecordedAt > time : next.getTime() > time

/** Timers that are due, and the time of the store at which they were found. */
export interface FoundTimers {
  readonly timers: ReadonlyArray<HandlerDocument>
  readonly now: number
}

/** The timers of a partition that are due. */
export interface DueTimers {
  /** Adds timers; one that is there already is replaced. */
  readonly add: (found: FoundTimers) => void
  readonly isEmpty: () => boolean
  /** The partition was fed on. */
  readonly onFed: (time: FedTime) => void
  /**
   * Takes those that wait for no event, when the first event that waits was recorded at `next`; `undefined` when there
   * are none.
   */
  readonly take: (next: Date | undefined) => FoundTimers | undefined
}

export const makeDueTimers = (): DueTimers => {
  const waiting = new Map<string, HandlerDocument>()
  let foundAt = 0
  let fed = unfed

  return {
    add: ({ timers, now }) => {
      for (const timer of timers) waiting.set(timer.key, timer)
      foundAt = Math.max(foundAt, now)
    },
    isEmpty: () => waiting.size === 0,
    onFed: ({ lastRecordedAt, isEnd }) => {
      fed = { lastRecordedAt: Math.max(fed.lastRecordedAt, lastRecordedAt), isEnd }
    },
    take: (next) => {
      if (waiting.size === 0) return undefined
      const timers = [...waiting.values()].filter(({ due }) => due === null || isTakenUpTo(due.getTime(), next, fed))
      for (const { key } of timers) waiting.delete(key)
      return timers.length === 0 ? undefined : { timers, now: foundAt }
    },
  }
}
