import {
  describeError,
  type EventStore,
  type HistoryId,
  type InvalidInput,
  type Logger,
  type LogPlace,
  type LogRewound,
  type LogSlice,
  type RecordedEvent,
  refuse,
  type StoreUnavailable,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import { ask } from './asking.ts'
import { threw } from './attempting.ts'
import { makeBell } from './Bell.ts'
import type { Delivery } from './Delivery.ts'
import type { Feed, Offer } from './Feed.ts'
import type { Partition } from './Partition.ts'
import type { Plan } from './Plan.ts'
import { partitionOf } from './partitionOf.ts'
import { meets } from './plans.ts'
import { backoff, sleep } from './sleep.ts'

/** Reads the log for the partitions of a member: for itself as long as they lag, then by the feed that all handlers of the process share. */
export interface LogReader {
  /** The deliveries of the event at a position. */
  readonly read: (position: number) => Promise<E.Either<InvalidInput | StoreUnavailable, ReadonlyArray<Delivery>>>
  /** Looks again whether there is something to read. */
  readonly nudge: () => void
  /** Reads for itself again, because there is a partition that is not where the feed is. */
  readonly leaveFeed: () => void
  /** Whether the feed serves it: all that was written has been fed. */
  readonly joined: () => boolean
  /** Whether a read has failed and is tried again. */
  readonly retries: () => boolean
  readonly stop: () => Promise<void>
}

export interface LogReaderOptions {
  readonly handler: string
  readonly plan: Plan
  /** Of the handler as it was created. */
  readonly partitions: number
  readonly open: ReadonlyMap<number, Partition>
  readonly store: Pick<EventStore, 'readLog'>
  readonly feed: Feed
  readonly logger: Logger
  readonly pageSize: number
  /** Whether there is anybody to read for. */
  readonly wanted: () => boolean
  /** Called when the log cannot be read, and never will be. */
  readonly onRefused: (why: InvalidInput) => void
  /** Called when the log was rewound behind what was read. */
  readonly onRewound: (why: LogRewound) => void
}

/** Deliveries that may wait in one partition; with more, nothing is read for it. */
const readAhead = 4_000

export const makeLogReader = (options: LogReaderOptions): LogReader => {
  const { handler, plan, partitions, open, store, feed, logger } = options
  const isMine = meets(plan.filter)
  const bell = makeBell()
  const abort = new AbortController()
  let joined = false
  let retries = false

  const full = (): boolean => {
    for (const partition of open.values()) if (partition.waiting() >= readAhead) return true
    return false
  }

  const lowest = (): number =>
    [...open.values()].reduce((least, partition) => Math.min(least, partition.fedTo()), Number.POSITIVE_INFINITY)

  const lowestPlace = (): LogPlace | undefined =>
    [...open.values()]
      .map((partition) => partition.place())
      .reduce<LogPlace | undefined>(
        (least, place) => (least === undefined || place.position < least.position ? place : least),
        undefined,
      )

  /** Whether a partition got events from another history: then it must be verified that this history has them too. */
  const fedElsewhere = (history: HistoryId): boolean => {
    for (const partition of open.values()) if (partition.place().history !== history) return true
    return false
  }

  /**
   * An event of which nobody can tell the lanes is for all partitions: in each of them later events of its stream have to wait for it, and in whichever it belongs to
   * it is handled when it can be decoded.
   */
  const partitionsOf = ({ lane, content }: Delivery): Iterable<number> =>
    E.isLeft(content) && !plan.laneIsStream ? open.keys() : [partitionOf(lane, partitions)]

  /**
   * An event has failed when its lanes cannot be found because the function for them throws; no partition may pass over
   * it.
   */
  const deliveriesOf = (event: RecordedEvent): ReadonlyArray<Delivery> => {
    try {
      return plan.deliveries(event)
    } catch (cause) {
      return [{ lane: event.stream, event, content: E.left(threw(cause)) }]
    }
  }

  /** Divides a slice of the log among the partitions. Each passes over what it was fed before. */
  const take = ({ events, position: upTo, history }: LogSlice): void => {
    const fed = new Map<number, Array<Delivery>>()
    for (const number of open.keys()) fed.set(number, [])
    for (const event of events) {
      if (!isMine(event)) continue
      // What is not for us is not decoded, when that can be told before.
      if (plan.laneIsStream && !fed.has(partitionOf(event.stream, partitions))) continue
      for (const delivery of deliveriesOf(event)) {
        for (const number of partitionsOf(delivery)) {
          if (event.position > (open.get(number)?.fedTo() ?? Number.POSITIVE_INFINITY)) fed.get(number)?.push(delivery)
        }
      }
    }
    for (const [number, deliveries] of fed) open.get(number)?.feed(deliveries, upTo, history)
  }

  const offer: Offer = (slice, after) => {
    // Without a slice, or with one that begins elsewhere, is of another history, or is more than we can hold, we read
    // for ourselves.
    const fits = slice !== undefined && lowest() >= after && !fedElsewhere(slice.history)
    if (!joined || open.size === 0 || full() || !fits) {
      joined = false
      bell.ring()
      return false
    }
    try {
      take(slice)
    } catch (cause) {
      breakAll(cause)
    }
    return true
  }

  /** Some partitions may have got the events and others not: all of them stop at their last commits, and say why. */
  const breakAll = (cause: unknown): void => {
    for (const partition of open.values()) partition.broke(cause)
  }

  /** A page behind a place. Every partition that can take it follows its history. */
  const pageBehind = async ({ position: after, history }: LogPlace) => {
    const page = await ask(store.readLog({ after, count: options.pageSize, filter: plan.filter, history }))
    if (E.isLeft(page)) return page
    for (const partition of open.values()) {
      const followed = await partition.follow(page.right.history)
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
        options.onRefused(page.left)
        await sleep(backoff(failures), abort.signal)
        return failures + 1
      }
      retries = true
      logger.warn('the log cannot be read, and is tried again', { handler, after, failures, why: page.left })
      await sleep(backoff(failures), abort.signal)
      return failures + 1
    }
    retries = false
    // A partition that is about to stop because the log went back gets no more events. It stops after its last batch,
    // which can take long: without a pause, the log would be read again and again until then.
    if (open.size > 0 && fedElsewhere(page.right.history)) {
      await sleep(backoff(failures), abort.signal)
      return failures + 1
    }
    // Partitions that were taken over meanwhile begin further back; this page is not for them, and `lowest` brings
    // their own.
    if (open.size > 0 && lowest() >= after) {
      take(page.right)
      if (page.right.end) joined = feed.join(offer, { position: lowest(), history: page.right.history })
    }
    return 0
  }

  const run = async (): Promise<void> => {
    for (let failures = 0; !abort.signal.aborted; ) {
      try {
        if (open.size === 0 || joined || full() || !options.wanted()) await bell.wait()
        else failures = await catchUp(failures)
      } catch (cause) {
        // If the reader ended in silence, its partitions would look idle.
        breakAll(cause)
        await sleep(backoff(failures++), abort.signal)
      }
    }
  }

  const leaveFeed = () => {
    joined = false
    feed.leave(offer)
    bell.ring()
  }

  const running = run()

  return {
    read: async (position) => {
      const page = await ask(store.readLog({ after: Math.max(0, position - 1), count: 1 }))
      if (E.isLeft(page)) {
        // Only the position of an event that was here is requested.
        return page.left._tag === 'LogRewound' ? refuse('position', describeError(page.left)) : E.left(page.left)
      }
      return E.right(page.right.events.flatMap((event) => (event.position === position ? deliveriesOf(event) : [])))
    },
    nudge: bell.ring,
    leaveFeed,
    joined: () => joined,
    retries: () => retries,
    stop: async () => {
      abort.abort()
      leaveFeed()
      await running
    },
  }
}
