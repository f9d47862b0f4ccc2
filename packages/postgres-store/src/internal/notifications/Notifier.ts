import { sleep } from '../client/timers.ts'

/** Tells other processes that something was appended. */
export interface Notifier {
  readonly notify: () => void
  /** Ends when all is told. */
  readonly stop: () => Promise<void>
}

/**
 * The first append is told at once; those that follow while that is under way, and for `interval` milliseconds after, are told together. `NOTIFY` takes a
 * lock of the whole server when it commits: that is why it is never part of an append, and never more frequent.
 *
 * A telling that fails is not repeated: it is a hint, and who follows the log looks by himself as well.
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
