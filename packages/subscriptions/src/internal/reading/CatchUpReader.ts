import {
  describeError,
  type EventStore,
  type HistoryId,
  type InvalidInput,
  type Logger,
  type LogPosition,
  type LogRewound,
  type RecordedEvent,
  type StoreUnavailable,
} from '@foldlog/core'
import { type LogPage, rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { runSafely } from '../async/runSafely.ts'
import { backoff, sleep } from '../async/timers.ts'
import { makeWakeSignal } from '../async/WakeSignal.ts'
import type { Delivery } from '../handlers/Delivery.ts'
import { meets } from '../handlers/definitionOf.ts'
import type { HandlerDefinition } from '../handlers/HandlerDefinition.ts'
import { partitionOf } from '../handlers/partitionOf.ts'
import { handlerThrew } from '../handlers/userCode.ts'
import type { Partition } from '../partition/Partition.ts'
import type { LiveFeed, PageListener } from './LiveFeed.ts'

/**
 * Reads the log for the partitions of a member: with reads of its own while they lag, then through the feed that all
 * handlers of the process share.
 */
export interface CatchUpReader {
  /** The deliveries of the event at a position. */
  readonly read: (position: number) => Promise<E.Either<InvalidInput | StoreUnavailable, ReadonlyArray<Delivery>>>
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

export interface CatchUpReaderOptions {
  readonly handler: string
  readonly definition: HandlerDefinition
  /** Number of partitions of the handler, as it was created. */
  readonly partitions: number
  readonly assigned: ReadonlyMap<number, Partition>
  readonly store: Pick<EventStore, 'readLog'>
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

/** Maximum number of deliveries that may wait in one partition; at the limit, nothing is read for it. */
const readAhead = 4_000

export const makeCatchUpReader = (options: CatchUpReaderOptions): CatchUpReader => {
  const { handler, definition, partitions, assigned, store, feed, logger } = options
  const isMine = meets(definition.filter)
  const wakeSignal = makeWakeSignal()
  const abort = new AbortController()
  let isLive = false
  let retries = false

  const full = (): boolean => {
    for (const partition of assigned.values()) if (partition.waiting() >= readAhead) return true
    return false
  }

  const lowest = (): number =>
    [...assigned.values()].reduce((least, partition) => Math.min(least, partition.fedTo()), Number.POSITIVE_INFINITY)

  const lowestPlace = (): LogPosition | undefined =>
    [...assigned.values()]
      .map((partition) => partition.place())
      .reduce<LogPosition | undefined>(
        (least, place) => (least === undefined || place.position < least.position ? place : least),
        undefined,
      )

  /** Whether a partition got events from another history: then it must be verified that this history has them too. */
  const fedFromOtherHistory = (history: HistoryId): boolean => {
    for (const partition of assigned.values()) if (partition.place().history !== history) return true
    return false
  }

  /**
   * An event whose lanes are unknown (it cannot be decoded) goes to every partition: each must block later events of
   * its stream, and the right one will handle it once it can be decoded.
   */
  const partitionsOf = ({ lane, content }: Delivery): Iterable<number> =>
    E.isLeft(content) && !definition.laneIsStream ? assigned.keys() : [partitionOf(lane, partitions)]

  /**
   * The deliveries of an event. When the function for its lanes throws, the event has failed; no partition may skip it.
   */
  const deliveriesOf = (event: RecordedEvent): ReadonlyArray<Delivery> => {
    try {
      return definition.deliveries(event)
    } catch (cause) {
      return [{ lane: event.stream, event, content: E.left(handlerThrew(cause)) }]
    }
  }

  /** Divides a page of the log among the partitions. Each skips what it was fed before. */
  const distribute = ({ events, position: upTo, history }: LogPage): void => {
    const fed = new Map<number, Array<Delivery>>()
    for (const number of assigned.keys()) fed.set(number, [])
    for (const event of events) {
      if (!isMine(event)) continue
      // Events of other members are not decoded, when the lane is known without that.
      if (definition.laneIsStream && !fed.has(partitionOf(event.stream, partitions))) continue
      for (const delivery of deliveriesOf(event)) {
        for (const number of partitionsOf(delivery)) {
          if (event.position > (assigned.get(number)?.fedTo() ?? Number.POSITIVE_INFINITY))
            fed.get(number)?.push(delivery)
        }
      }
    }
    for (const [number, deliveries] of fed) assigned.get(number)?.feed(deliveries, upTo, history)
  }

  const onPage: PageListener = (page, after) => {
    // Without a page, or when the page begins elsewhere, is of another history, or is more than fits, the member reads
    // by itself.
    const fits = page !== undefined && lowest() >= after && !fedFromOtherHistory(page.history)
    if (!isLive || assigned.size === 0 || full() || !fits) {
      isLive = false
      wakeSignal.notify()
      return false
    }
    try {
      distribute(page)
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
    const page = await runSafely(store.readLog({ after, count: options.pageSize, filter: definition.filter, history }))
    if (E.isLeft(page)) return page
    for (const partition of assigned.values()) {
      const followed = await partition.followHistory(page.right.history)
      if (E.isLeft(followed)) return followed
    }
    return page
  }

  const catchUp = async (failures: number): Promise<number> => {
    const place = lowestPlace()
    if (place === undefined) return failures
    const after = place.position
    const page = await pageBehind(place)
    if (E.isLeft(page)) {
      if (page.left._tag === 'LogRewound') {
        options.onRewound(page.left)
        await sleep(backoff(failures), abort.signal)
        return failures + 1
      }
      if (page.left._tag === 'InvalidInput') {
        options.onRejected(page.left)
        await sleep(backoff(failures), abort.signal)
        return failures + 1
      }
      retries = true
      logger.warn('the log cannot be read, retrying', { handler, after, failures, why: page.left })
      await sleep(backoff(failures), abort.signal)
      return failures + 1
    }
    retries = false
    // A partition that is about to stop because the log went back gets no more events. It stops after its last batch,
    // which can take long: without a pause, the log would be read again and again until then.
    if (assigned.size > 0 && fedFromOtherHistory(page.right.history)) {
      await sleep(backoff(failures), abort.signal)
      return failures + 1
    }
    // Partitions that were taken over meanwhile begin further back; this page is not for them, and the next read begins
    // at `lowest`.
    if (assigned.size > 0 && lowest() >= after) {
      distribute(page.right)
      if (page.right.end) isLive = feed.join(onPage, { position: lowest(), history: page.right.history })
    }
    return 0
  }

  const run = async (): Promise<void> => {
    for (let failures = 0; !abort.signal.aborted; ) {
      try {
        if (assigned.size === 0 || isLive || full() || !options.wanted()) await wakeSignal.wait()
        else failures = await catchUp(failures)
      } catch (cause) {
        // If the reader ended silently, its partitions would look idle.
        stopAll(cause)
        await sleep(backoff(failures++), abort.signal)
      }
    }
  }

  const leaveFeed = () => {
    isLive = false
    feed.leave(onPage)
    wakeSignal.notify()
  }

  const running = run()

  return {
    read: async (position) => {
      const page = await runSafely(store.readLog({ after: Math.max(0, position - 1), count: 1 }))
      if (E.isLeft(page)) {
        // Only positions of events that were read before are requested.
        return page.left._tag === 'LogRewound' ? rejectInput('position', describeError(page.left)) : E.left(page.left)
      }
      return E.right(page.right.events.flatMap((event) => (event.position === position ? deliveriesOf(event) : [])))
    },
    wake: wakeSignal.notify,
    leaveFeed,
    isLive: () => isLive,
    isRetrying: () => retries,
    stop: async () => {
      abort.abort()
      leaveFeed()
      await running
    },
  }
}
