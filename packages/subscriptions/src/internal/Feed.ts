import type { EventStore, HistoryId, LogFilter, Logger, LogPlace, LogSlice, LogTail } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { ask } from './asking.ts'
import { makeBell } from './Bell.ts'
import { backoff, sleep } from './sleep.ts'

/**
 * Takes a slice of the log that begins directly behind `after`, or `undefined` when the feed cannot read on from there;
 * returns whether it wants the next one.
 */
export type Offer = (slice: LogSlice | undefined, after: number) => boolean

/**
 * One reader of the log for all handlers of a process that have caught up: however many they are, the log is read once. Who cannot keep up leaves, reads for
 * himself, and joins again.
 */
export interface Feed {
  /** Joins, when `position` is where the feed is or beyond: what is fed twice is the member's to pass over. */
  readonly join: (offer: Offer, place: LogPlace) => boolean
  readonly leave: (offer: Offer) => void
  /** Begins to listen and to read. */
  readonly start: () => void
  readonly reads: () => number
  readonly stop: () => Promise<void>
}

export interface FeedOptions {
  readonly store: Pick<EventStore, 'readLog'> & LogTail
  /** What all members together want; each passes over what is not for it. */
  readonly filter: LogFilter
  readonly pageSize: number
  /** Milliseconds between looks when nobody says that there is something new. */
  readonly poll: number
  readonly logger: Logger
}

export const makeFeed = ({ store, filter, pageSize, poll, logger }: FeedOptions): Feed => {
  const members = new Set<Offer>()
  const bell = makeBell()
  const abort = new AbortController()
  let position = 0
  /** The history in which `position` was read; none before the first member. */
  let history: HistoryId | undefined
  let reads = 0

  /** Says whether there is more to read at once. */
  const read = async (): Promise<E.Either<unknown, boolean>> => {
    reads++
    const after = position
    const page = await ask(
      store.readLog({ after, count: pageSize, filter, ...(history === undefined ? undefined : { history }) }),
    )
    if (E.isLeft(page) && page.left._tag === 'LogRewound') {
      // Each member finds out by itself what that means for the events that it has handled.
      for (const offer of members) offer(undefined, after)
      members.clear()
      return E.right(false)
    }
    if (E.isLeft(page)) return page
    // Meanwhile the feed may have been begun anew elsewhere, by the first of new members.
    if (position === after) {
      position = page.right.position
      history = page.right.history
    }
    if (page.right.position > after) {
      for (const offer of members) if (!offer(page.right, after)) members.delete(offer)
    }
    return E.right(!page.right.end)
  }

  const run = async (): Promise<void> => {
    for (let failures = 0; !abort.signal.aborted; ) {
      if (members.size === 0) {
        await bell.wait()
        continue
      }
      const more = await read()
      if (E.isLeft(more)) {
        logger.warn('the log cannot be read, and is tried again', { position, failures, why: more.left })
        await sleep(backoff(failures++), abort.signal)
        continue
      }
      failures = 0
      if (!more.right) await bell.wait(poll)
    }
  }

  let stopListening = (): void => {}
  let running: Promise<void> = Promise.resolve()

  return {
    join: (offer, { position: from, history: fedIn }) => {
      if (members.size === 0) {
        position = from
        history = fedIn
      }
      if (from < position) return false
      members.add(offer)
      bell.ring()
      return true
    },
    leave: (offer) => {
      members.delete(offer)
    },
    start: () => {
      stopListening = store.onAppend(() => {
        if (members.size > 0) bell.ring()
      })
      running = run()
    },
    reads: () => reads,
    stop: async () => {
      stopListening()
      abort.abort()
      members.clear()
      bell.ring()
      await running
    },
  }
}
