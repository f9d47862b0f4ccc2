import { NumberOption } from './NumberOption.ts'

/**
 * Wakes one loop. A notification without a waiting loop is kept until the loop waits: none is lost.
 *
 * A loop that follows a log listens to `onAppend` with one signal for all its waits. A new listener is called at once,
 * because it may have missed an append: with one for each wait, the loop would never wait.
 *
 * @category model
 * @since 0.1.0
 */
export interface WakeSignal {
  readonly notify: () => void
  /** Waits for a notification, at most `ms` milliseconds. */
  readonly wait: (ms?: number) => Promise<void>
}

/**
 * Makes a {@link WakeSignal} that nothing has notified.
 *
 * @category constructors
 * @since 0.1.0
 */
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
        const timer =
          ms === Number.POSITIVE_INFINITY
            ? undefined
            : setTimeout(() => wake?.(), Math.min(ms, NumberOption.longestTimer))
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
