import { sleep } from '../client/timers.ts'

/** Notifies other processes of appends. */
export interface Notifier {
  readonly notify: () => void
  /** Resolves when all notifications are sent. */
  readonly stop: () => Promise<void>
}

/**
 * Sends a notification at once for the first append. Appends during that call, and for `interval` milliseconds after
 * it, share the next one. `NOTIFY` takes a lock of the whole server when it commits: that is why it is never part of an
 * append, and never more frequent.
 *
 * A failed notification is not repeated: it is a hint, and readers of the log also poll.
 */
export const makeNotifier = (send: () => Promise<unknown>, interval: number): Notifier => {
  let pending = false
  let notifying: Promise<void> | undefined

  const sendPending = async (): Promise<void> => {
    while (pending) {
      pending = false
      await send().catch(() => {})
      await sleep(interval)
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
