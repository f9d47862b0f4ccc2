import type { LocalPartitionStop } from './LocalStop.ts'

/**
 * What this process knows of the stop of its handler. It may learn of a stop late, or forget it too early because of a
 * read from before the stop. That costs a lease that is released at once, because a partition begins only after a read
 * of the stored stops.
 */
export interface KnownStop {
  readonly isStopped: () => boolean
  /**
   * Whether the handler is stopped because the log went back, and the stored stops may not have all lost events that
   * this process has handled.
   */
  readonly isIncomplete: () => boolean
  readonly onStopped: () => void
  /** Returns whether it is news that the log went back. */
  readonly onStoppedByRewind: () => boolean
  /** The stored stops have all lost events of this process. */
  readonly onCompared: () => void
  /**
   * The store has no stop; it has set the handler back so many times. Returns whether it was set back since it stopped
   * because the log went back: then an operator has decided what to do. A stop that is gone without that proves
   * nothing: it may be gone because the log went back once more.
   */
  readonly onRunning: (checkpointResets: number) => boolean
  /** How often the handler was set back when it was last seen stopped. */
  readonly onCheckpointResets: (checkpointResets: number) => void
  readonly local: () => LocalPartitionStop | undefined
  /**
   * A stop that the store does not keep. It lasts until the process ends: otherwise the same events would be handled
   * again and again.
   */
  readonly stopLocally: (stop: LocalPartitionStop) => void
  /** Lost events were handled here, and this process has no partition with which it could stop the handler. */
  readonly reportUnstored: (stop: LocalPartitionStop) => void
  readonly isUnstored: () => boolean
}

export const makeKnownStop = (): KnownStop => {
  let stopped = false
  /** Whether one of its stops was because the log went back. */
  let rewound = false
  let compared = true
  let resets = 0
  let local: LocalPartitionStop | undefined
  let unstored: LocalPartitionStop | undefined

  return {
    isStopped: () => stopped,
    isIncomplete: () => stopped && rewound && !compared && local === undefined,
    onStopped: () => {
      stopped = true
    },
    onStoppedByRewind: () => {
      if (rewound) return false
      rewound = true
      compared = false
      unstored = undefined
      return true
    },
    onCompared: () => {
      compared = true
    },
    onRunning: (checkpointResets) => {
      const isDecided = stopped && rewound && checkpointResets > resets
      rewound = false
      stopped = local !== undefined
      return isDecided
    },
    onCheckpointResets: (checkpointResets) => {
      resets = checkpointResets
    },
    local: () => local ?? unstored,
    stopLocally: (stop) => {
      local ??= stop
    },
    reportUnstored: (stop) => {
      unstored = stop
    },
    isUnstored: () => unstored !== undefined,
  }
}
