import { clampTimeout } from './timers.ts'

/** Wakes one loop. A ring that nobody waits for is kept until somebody does: none is lost. */
export interface WakeSignal {
  readonly notify: () => void
  /** Waits for a ring, `ms` milliseconds at most when given. */
  readonly wait: (ms?: number) => Promise<void>
}

export const makeWakeSignal = (): WakeSignal => {
  let notified = false
  let wake: (() => void) | undefined
  return {
    notify: () => {
      notified = true
      wake?.()
    },
    wait: (ms) =>
      new Promise((resolve) => {
        const timer = ms === undefined ? undefined : setTimeout(() => wake?.(), clampTimeout(ms))
        wake = () => {
          clearTimeout(timer)
          wake = undefined
          notified = false
          resolve()
        }
        if (notified) wake()
      }),
  }
}
