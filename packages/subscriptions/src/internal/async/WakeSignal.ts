import { clampTimeout } from './timers.ts'

/** Wakes one loop. A notification without a waiting loop is kept until the loop waits: none is lost. */
export interface WakeSignal {
  readonly notify: () => void
  /** Waits for a notification, at most `ms` milliseconds when given. */
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
