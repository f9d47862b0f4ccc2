import { sleep } from '../client/timers.ts'

/** Notifies other processes of appends. */
export interface Notifier {
  readonly notify: () => void
  /** Resolves when all notifications are sent. */
  readonly stop: () => Promise<void>
}

/**
 * The least pause after a notification, as a multiple of the time for which a single caller may have waited for it: the
 * caller loses at most a sixtieth of its time. See `StatementTurns`.
 */
const pauseFactor = 60

/** The longest pause in milliseconds. */
const longestPause = 500

/**
 * Sends a notification at once for the first append. Appends during that call, and for `interval` milliseconds after
 * it, share the next one; for longer when a single caller waits for notifications of a far server. `NOTIFY` takes a
 * lock of the whole server when it commits: that is why it is never part of an append, and never more frequent.
 *
 * `send` resolves with the milliseconds for which a caller may have waited. A failed notification is not repeated: it
 * is a hint, and readers of the log also poll.
 */
export const makeNotifier = (send: () => Promise<number>, interval: number): Notifier => {
  let pending = false
  let notifying: Promise<void> | undefined

  const sendPending = async (): Promise<void> => {
    while (pending) {
      pending = false
      const waited = await send().catch(() => 0)
      await sleep(Math.max(interval, Math.min(pauseFactor * waited, longestPause)))
    }
    notifying = undefined
  }

  return {
    notify: () => {
      pending = true
      notifying ??= sendPending()
    },
    stop: async () => {
      await notifying
    },
  }
}
