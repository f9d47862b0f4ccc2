import { clampTimeout } from './timers.ts'

/** Wakes one loop. A notification without a waiting loop is kept until the loop waits: none is lost. */
export interface WakeSignal {
  readonly notify: () => void
  /** Waits for a notification, at most `ms` milliseconds. */
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
    wait: (ms = Number.POSITIVE_INFINITY) =>
      new Promise((resolve) => {
        // A wait without an end must not keep the process alive.
        const timer = ms === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => wake?.(), clampTimeout(ms))
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
