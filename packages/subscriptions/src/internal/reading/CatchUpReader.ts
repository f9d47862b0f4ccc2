import type {
  EventStore,
  HistoryId,
  InvalidInput,
  Logger,
  LogPosition,
  LogRewound,
  StoreUnavailable,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import { type AfterStep, makeBackgroundLoop } from '../async/BackgroundLoop.ts'
import { runSafely } from '../async/runSafely.ts'
import type { Partition, PartitionOptions } from '../partition/Partition.ts'
import type { LiveFeed, PageListener } from './LiveFeed.ts'
import { makePartitionFeeds, type PartitionFeedsOptions } from './PartitionFeeds.ts'
import { readParked } from './readParked.ts'

/**
 * Reads the log for the partitions of a member: with reads of its own while they lag, then through the feed that all
 * handlers of the process share.
 */
export interface CatchUpReader {
  readonly readParked: PartitionOptions['readParked']
  /** Checks again whether there is something to read. */
  readonly wake: () => void
  /** Leaves the feed and reads by itself again, because some partition is not where the feed is. */
  readonly leaveFeed: () => void
  /** Whether the feed serves it: then everything that was written has been fed. */
  readonly isLive: () => boolean
  /** Whether a read has failed and is retried. */
  readonly isRetrying: () => boolean
  readonly stop: () => Promise<void>
}

export interface CatchUpReaderOptions extends PartitionFeedsOptions {
  readonly handler: string
  readonly assigned: ReadonlyMap<number, Partition>
  readonly store: Pick<EventStore, 'readLog' | 'findEvents'>
  readonly feed: LiveFeed
  readonly logger: Logger
  readonly pageSize: number
  /** Whether there is a partition to read for. */
  readonly wanted: () => boolean
  /** Called when the log cannot be read, now or later. */
  readonly onRejected: (why: InvalidInput) => void
  /** Called when the log went back before what was read. */
  readonly onRewound: (why: LogRewound) => void
}

const followAll = async (
  partitions: Iterable<Partition>,
  history: HistoryId,
): ReturnType<Partition['followHistory']> => {
  for (const partition of partitions) {
    const followed = await partition.followHistory(history)
    if (E.isLeft(followed)) return followed
  }
  return E.right(undefined)
}

export const makeCatchUpReader = (options: CatchUpReaderOptions): CatchUpReader => {
  const { handler, assigned, store, feed, logger } = options
  const { isFull, lowestPlace, fedFromOtherHistory, deliveriesOf, distribute } = makePartitionFeeds(options)
  const lowest = (): number => lowestPlace()?.position ?? Number.POSITIVE_INFINITY
  let isLive = false
  let retries = false

  const onPage: PageListener = (page, after, isShared) => {
    // Without a page, or when the page begins elsewhere, is of another history, or is more than fits, the member reads
    // by itself.
    const fits = page !== undefined && lowest() >= after && !fedFromOtherHistory(page.history)
    if (!isLive || assigned.size === 0 || isFull() || !fits) {
      isLive = false
      loop.wake()
      return false
    }
    try {
      distribute(page, isShared)
    } catch (cause) {
      stopAll(cause)
    }
    return true
  }

  /**
   * Some partitions may have got the events and others not: all of them stop at their last commits, with the reason.
   */
  const stopAll = (cause: unknown): void => {
    for (const partition of assigned.values()) partition.onThrown(cause)
  }

  /** Reads the page behind a place. Every partition that can follow the history of the page does so. */
  const pageBehind = async ({ position: after, history }: LogPosition) => {
    const { pageSize: count, definition } = options
    const page = await runSafely(store.readLog({ after, count, filter: definition.filter, history }))
    const followed = E.isLeft(page) ? page : await followAll(assigned.values(), page.right.history)
    return E.isLeft(followed) ? followed : page
  }

  const onReadFailed = (why: InvalidInput | LogRewound | StoreUnavailable, after: number, failures: number): void => {
    if (why._tag === 'LogRewound') options.onRewound(why)
    else if (why._tag === 'InvalidInput') options.onRejected(why)
    else {
      retries = true
      logger.warn('the log cannot be read, retrying', { handler, after, failures, why })
    }
  }

  const catchUp = async (failures: number): Promise<AfterStep> => {
    const place = lowestPlace()
    if (place === undefined || isLive || isFull() || !options.wanted()) return Number.POSITIVE_INFINITY
    const after = place.position
    const page = await pageBehind(place)
    if (E.isLeft(page)) {
      onReadFailed(page.left, after, failures)
      return 'failed'
    }
    retries = false
    // A partition that is about to stop because the log went back gets no more events. It stops after its last batch,
    // which can take long: without a pause, the log would be read again and again until then.
    if (assigned.size > 0 && fedFromOtherHistory(page.right.history)) return 'failed'
    // Partitions that were taken over meanwhile begin further back; this page is not for them, and the next read begins
    // at `lowest`.
    if (assigned.size > 0 && lowest() >= after) {
      distribute(page.right)
      if (page.right.end) isLive = feed.join(onPage, { position: lowest(), history: page.right.history })
    }
    return 'again'
  }

  // If the reader ended silently, its partitions would look idle.
  const loop = makeBackgroundLoop({ step: catchUp, onThrown: stopAll })

  const leaveFeed = () => {
    isLive = false
    feed.leave(onPage)
    loop.wake()
  }

  loop.start()

  return {
    readParked: readParked(store, deliveriesOf),
    wake: loop.wake,
    leaveFeed,
    isLive: () => isLive,
    isRetrying: () => retries,
    stop: async () => {
      leaveFeed()
      await loop.stop()
    },
  }
}
