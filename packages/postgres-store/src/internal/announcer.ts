import { sleep } from './deadline.ts'

/** Tells other processes that something was appended. */
export interface Announcer {
  readonly appended: () => void
  /** Ends when all is told. */
  readonly stop: () => Promise<void>
}

/**
 * The first append is told at once; those that follow while that is under way, and for `interval` milliseconds after, are told together. `NOTIFY` takes a
 * lock of the whole server when it commits: that is why it is never part of an append, and never more frequent.
 *
 * A telling that fails is not repeated: it is a hint, and who follows the log looks by himself as well.
 */
export const makeAnnouncer = (tell: () => Promise<unknown>, interval: number): Announcer => {
  let untold = false
  let telling: Promise<void> | undefined

  const tellAll = async (): Promise<void> => {
    while (untold) {
      untold = false
      await tell().catch(() => {})
      await sleep(interval)
    }
    telling = undefined
  }

  return {
    appended: () => {
      untold = true
      telling ??= tellAll()
    },
    stop: async () => {
      await telling
    },
  }
}
