import { describeUnknown, type HandlerStore, type Logger } from '@foldlog/core'
import type { HandlerRef } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { type AfterStep, makeBackgroundLoop } from '../async/BackgroundLoop.ts'
import { runSafely } from '../async/runSafely.ts'
import type { Partition } from '../partition/Partition.ts'

/** Polls for due documents, which are timers and requested actions, when they become due by the clock of the store. */
export interface DuePoller {
  readonly pollNow: () => void
  /** Polls at a time, in milliseconds since 1970 by the clock of the store, unless an earlier poll is scheduled. */
  readonly pollAt: (time: number) => void
  /** Whether a poll is scheduled. */
  readonly isScheduled: () => boolean
  readonly stop: () => Promise<void>
}

export interface DuePollerOptions {
  readonly ref: HandlerRef
  readonly store: Pick<HandlerStore, 'dueDocuments'>
  readonly logger: Logger
  readonly partitions: () => ReadonlyArray<Pick<Partition, 'number' | 'enqueueDue' | 'holdsTimers'>>
}

/** Maximum number of documents of each kind in one poll. */
const maxDocuments = 500

/**
 * Milliseconds until the next poll, when more is due than one poll returns; ten times that when the store is
 * unavailable.
 */
const nextPollDelay = 100

/** Minimum delay between two polls, in milliseconds: a poll that comes a moment too early finds nothing yet. */
const minDelay = 25

const maxDelay = 60_000

export const makeDuePoller = ({ ref, store, logger, partitions }: DuePollerOptions): DuePoller => {
  /** When the next poll is scheduled, by the monotonic clock, in milliseconds; `Infinity` when none is. */
  let nextAt = Number.POSITIVE_INFINITY
  /** How many milliseconds the clock of the store is ahead of the monotonic clock; unknown before the first poll. */
  let clockOffset: number | undefined
  /** Whether more was due than the last poll has returned. */
  let wasFull = false

  const poll = async (): Promise<void> => {
    const all = partitions()
    // Timers that wait for events are found again. They must not take the places of all others.
    const open = wasFull ? all.filter((partition) => !partition.holdsTimers()) : all
    const own = open.map(({ number }) => number)
    if (own.length < all.length) pollAfter(nextPollDelay)
    if (own.length === 0) return
    const sentAt = performance.now()
    const due = await runSafely(store.dueDocuments(ref, own, maxDocuments))
    if (E.isLeft(due)) {
      logger.warn('timers cannot be read, retrying', { handler: ref.name, why: due.left })
      return pollAfter(nextPollDelay * 10)
    }
    const { documents, next } = due.right
    // The store read its clock between request and response; assume halfway.
    clockOffset = due.right.now.getTime() - (sentAt + performance.now()) / 2
    for (const partition of partitions()) {
      const waiting = documents.filter((document) => document.partition === partition.number)
      if (waiting.length > 0) partition.enqueueDue(waiting, due.right.now.getTime())
    }
    wasFull = documents.length >= maxDocuments
    if (wasFull) pollAfter(nextPollDelay)
    if (next !== null) pollAt(next.getTime())
  }

  const loop = makeBackgroundLoop({
    step: async (): Promise<AfterStep> => {
      const wait = nextAt - performance.now()
      if (wait > 0) return wait
      nextAt = Number.POSITIVE_INFINITY
      await poll()
      return 'again'
    },
    onThrown: (why) => {
      logger.error('the poll for due timers threw, retrying', { handler: ref.name, why: describeUnknown(why) })
      pollAfter(nextPollDelay * 10)
    },
  })
  loop.start()

  const schedule = (at: number): void => {
    if (nextAt <= at) return
    nextAt = at
    loop.wake()
  }

  const pollNow = (): void => schedule(0)

  const pollAfter = (ms: number): void => schedule(performance.now() + Math.min(Math.max(minDelay, ms), maxDelay))

  /**
   * Polls at once as long as the clock of the store is unknown, which makes it known. One millisecond is added: a timer
   * may fire a little early.
   */
  const pollAt = (time: number): void =>
    clockOffset === undefined ? pollNow() : pollAfter(time - clockOffset - performance.now() + 1)

  return { pollNow, pollAt, isScheduled: () => nextAt < Number.POSITIVE_INFINITY, stop: loop.stop }
}
