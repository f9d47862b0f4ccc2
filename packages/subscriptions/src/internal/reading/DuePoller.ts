import { describeUnknown, type HandlerRef, type HandlerStore, type Logger } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { runSafely } from '../async/runSafely.ts'
import { clampTimeout } from '../async/timers.ts'
import type { Partition } from '../partition/Partition.ts'

/** Looks for what is due, timers and wishes, when it is due: by the clock of the store, whatever ours says. */
export interface DuePoller {
  readonly pollNow: () => void
  /** Looks again at a time, in milliseconds since 1970 by the clock of the store, unless there is to be a look before it. */
  readonly pollAt: (time: number) => void
  /** Whether there is a time to look at. */
  readonly isScheduled: () => boolean
  readonly stop: () => Promise<void>
}

export interface DuePollerOptions {
  readonly ref: HandlerRef
  readonly store: Pick<HandlerStore, 'dueDocuments'>
  readonly logger: Logger
  readonly partitions: () => ReadonlyArray<Pick<Partition, 'number' | 'enqueueDue'>>
}

const maxDocuments = 500

/** How long until the next look, in milliseconds, when there is more that is due than one brings; ten times that when the store is away. */
const nextPollDelay = 100

/** No look is sooner after another than this, in milliseconds: one that comes a moment too early finds nothing yet. */
const minDelay = 25

export const makeDuePoller = ({ ref, store, logger, partitions }: DuePollerOptions): DuePoller => {
  /** Its time is by the clock that does not jump. */
  let timer: { readonly at: number; readonly handle: ReturnType<typeof setTimeout> } | undefined
  /** How far the clock of the store is ahead of the one that does not jump; not known before the first look. */
  let clockOffset: number | undefined
  let polling: Promise<void> | undefined
  let pollAgain = false
  let stopped = false

  const poll = async (): Promise<void> => {
    const own = partitions().map(({ number }) => number)
    if (own.length === 0) return
    const sentAt = performance.now()
    const due = await runSafely(store.dueDocuments(ref, own, maxDocuments))
    if (E.isLeft(due)) {
      logger.warn('timers cannot be read, and are tried again', { handler: ref.name, why: due.left })
      return pollAfter(nextPollDelay * 10)
    }
    const { documents, next } = due.right
    // It said its time somewhere between the question and the answer.
    clockOffset = due.right.now.getTime() - (sentAt + performance.now()) / 2
    for (const partition of partitions()) {
      const theirs = documents.filter((document) => document.partition === partition.number)
      if (theirs.length > 0) partition.enqueueDue(theirs)
    }
    if (documents.length >= maxDocuments) pollAfter(nextPollDelay)
    if (next !== null) pollAt(next.getTime())
  }

  /** One look at a time; of those that were wanted meanwhile, one follows. */
  const pollNow = (): void => {
    if (stopped) return
    pollAgain = true
    polling ??= (async () => {
      while (pollAgain && !stopped) {
        pollAgain = false
        try {
          await poll()
        } catch (why) {
          // Otherwise no timer would ever be handled again.
          logger.error('the search for due timers has thrown, and is tried again', {
            handler: ref.name,
            why: describeUnknown(why),
          })
          pollAfter(nextPollDelay * 10)
        }
      }
      polling = undefined
    })()
  }

  const pollAfter = (ms: number): void => {
    const time = performance.now() + ms
    if (stopped || (timer !== undefined && timer.at <= time)) return
    clearTimeout(timer?.handle)
    const due = () => {
      timer = undefined
      pollNow()
    }
    timer = { at: time, handle: setTimeout(due, clampTimeout(Math.min(Math.max(minDelay, ms), 60_000))) }
  }

  /** Before anything is known of its clock, a look at once tells both. One millisecond more: a timer may fire a little before its time. */
  const pollAt = (time: number): void =>
    clockOffset === undefined ? pollNow() : pollAfter(time - clockOffset - performance.now() + 1)

  return {
    pollNow,
    pollAt,
    isScheduled: () => timer !== undefined,
    stop: async () => {
      stopped = true
      clearTimeout(timer?.handle)
      await polling
    },
  }
}
