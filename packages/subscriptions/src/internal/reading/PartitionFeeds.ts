import type { HistoryId, LogPosition, RecordedEvent } from '@foldlog/core'
import type { LogPage } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { Delivery } from '../handlers/Delivery.ts'
import { meets } from '../handlers/definitionOf.ts'
import type { HandlerDefinition } from '../handlers/HandlerDefinition.ts'
import { ownEvent } from '../handlers/ownEvent.ts'
import { partitionOf } from '../handlers/partitionOf.ts'
import { handlerThrew } from '../handlers/userCode.ts'
import type { Partition } from '../partition/Partition.ts'

/** What the partitions of a member were fed, and how a page is divided among them. */
export interface PartitionFeeds {
  /** Whether so many deliveries wait in a partition that nothing is read for it. */
  readonly isFull: () => boolean
  /** The place from which the partition that was fed least reads on; `undefined` without a partition. */
  readonly lowestPlace: () => LogPosition | undefined
  /** Whether a partition got events from another history: then it must be verified that this history has them too. */
  readonly fedFromOtherHistory: (history: HistoryId) => boolean
  readonly deliveriesOf: (event: RecordedEvent) => ReadonlyArray<Delivery>
  /**
   * Divides a page of the log among the partitions. Each skips what it was fed before. The events of a page that is
   * shared with other members are copied.
   */
  readonly distribute: (page: LogPage, isShared?: boolean) => void
}

export interface PartitionFeedsOptions {
  readonly definition: HandlerDefinition
  /** Number of partitions of the handler, as it was created. */
  readonly partitions: number
  readonly assigned: ReadonlyMap<number, Pick<Partition, 'waiting' | 'fedTo' | 'place' | 'feed'>>
}

/** Maximum number of deliveries that may wait in one partition. */
const readAhead = 4_000

/**
 * Approximate maximum number of characters of JSON in the waiting deliveries of all partitions together. A store ends a
 * page of large events early, so at most one more page is read.
 */
const readAheadCharacters = 64_000_000

/** Number of events of a page whose sizes are measured. So many deliveries may wait whatever their sizes are. */
const sample = 16

/** The average number of characters of JSON in the data of the events of a page, from a sample of them. */
const averageSize = (events: ReadonlyArray<RecordedEvent>): number => {
  const step = Math.ceil(events.length / sample)
  const measured = events.filter((_, i) => i % step === 0)
  const characters = measured.reduce((sum, { data }) => sum + JSON.stringify(data).length, 0)
  return measured.length === 0 ? 0 : characters / measured.length
}

export const makePartitionFeeds = ({ definition, partitions, assigned }: PartitionFeedsOptions): PartitionFeeds => {
  const isMine = meets(definition.filter)
  /** The largest average size of a page of which something may still wait. */
  let largestAverage = 0

  const allWaiting = (): number => [...assigned.values()].reduce((sum, partition) => sum + partition.waiting(), 0)

  const lowestPlace = (): LogPosition | undefined =>
    [...assigned.values()]
      .map((partition) => partition.place())
      .reduce<LogPosition | undefined>(
        (least, place) => (least === undefined || place.position < least.position ? place : least),
        undefined,
      )

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

  const distribute = ({ events, position: upTo, history, end }: LogPage, isShared = false): void => {
    const time = { lastRecordedAt: events.at(-1)?.recordedAt.getTime() ?? 0, isEnd: end }
    const waiting = allWaiting()
    if (waiting === 0) largestAverage = 0
    if (waiting + events.length > sample) largestAverage = Math.max(largestAverage, averageSize(events))
    const fed = new Map<number, Array<Delivery>>()
    for (const number of assigned.keys()) fed.set(number, [])
    for (const event of events) {
      if (!isMine(event)) continue
      // Events of other members are not decoded, when the lane is known without that.
      if (definition.laneIsStream && !fed.has(partitionOf(event.stream, partitions))) continue
      for (const delivery of deliveriesOf(isShared ? ownEvent(event) : event)) {
        for (const number of partitionsOf(delivery)) {
          if (event.position > (assigned.get(number)?.fedTo() ?? Number.POSITIVE_INFINITY))
            fed.get(number)?.push(delivery)
        }
      }
    }
    for (const [number, deliveries] of fed) assigned.get(number)?.feed(deliveries, upTo, history, time)
  }

  return {
    isFull: () => {
      const waiting = allWaiting()
      if (waiting > sample && waiting * largestAverage >= readAheadCharacters) return true
      return waiting >= readAhead && [...assigned.values()].some((partition) => partition.waiting() >= readAhead)
    },
    lowestPlace,
    fedFromOtherHistory: (history) => [...assigned.values()].some((partition) => partition.place().history !== history),
    deliveriesOf,
    distribute,
  }
}
