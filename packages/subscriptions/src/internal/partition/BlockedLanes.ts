import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import type { DocumentChange, HandlerDocument, PartitionRef } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import { runSafely } from '../async/runSafely.ts'
import type { Delivery } from '../handlers/Delivery.ts'
import { prefixOf } from '../handlers/documentKeys.ts'
import {
  emptyUnit,
  type HandlerWorker,
  type ParkRequest,
  type StopRequest,
  type UnitOfWork,
  type UnitResult,
  untilSettled,
  type WorkerContext,
} from '../handlers/HandlerWorker.ts'
import { decodeParked, type ParkedDocument, parkedChange } from './ParkedDocument.ts'

type StorePromise<A> = Promise<E.Either<InvalidInput | StoreUnavailable, A>>

/**
 * The lanes of a partition that are blocked, because an event in them is parked. Later events of such a lane are parked
 * behind it, so that the order holds.
 */
export interface BlockedLanes {
  /** Starts with the parked events that are stored. */
  readonly restore: (parked: ReadonlyArray<HandlerDocument>) => void
  readonly divide: (taken: ReadonlyArray<Delivery>) => {
    readonly unblocked: ReadonlyArray<Delivery>
    readonly blocked: ReadonlyArray<ParkRequest>
  }
  readonly park: (parked: ReadonlyArray<ParkRequest>, now: number) => ReadonlyArray<DocumentChange>
  readonly committed: (parked: ReadonlyArray<ParkRequest>) => void
  /** Performs the action that was requested for a parked event. */
  readonly applyRequestedAction: (document: HandlerDocument, worker: HandlerWorker) => Promise<UnitResult>
  readonly count: () => number
}

export interface BlockedLanesOptions {
  readonly store: WorkerContext['store']
  readonly partition: PartitionRef
  /** Reads the deliveries of the event at a position. */
  readonly read: (position: number) => StorePromise<ReadonlyArray<Delivery>>
  /** Whether a lane belongs to this partition. */
  readonly isOurs: (lane: string) => boolean
  readonly enqueue: WorkerContext['enqueue']
}

interface Parked {
  readonly document: HandlerDocument
  readonly data: ParkedDocument
}

const isFailure = (why: StopRequest['why']): why is HandlerFailure =>
  why._tag !== 'InvalidInput' && why._tag !== 'HandlerRewound'

export const makeBlockedLanes = ({ store, partition, read, isOurs, enqueue }: BlockedLanesOptions): BlockedLanes => {
  /** Number of parked events in each blocked lane. */
  const blocked = new Map<string, number>()
  /** The lane from which the unit of work in progress unparks an event, and what follows. */
  let unparking: { readonly lane: string; readonly next: () => Promise<UnitResult> } | undefined

  /** The first parked event of a lane, by its key. */
  const headOf = async (lane: string): StorePromise<Parked | undefined> => {
    for (let after: string | undefined; ; ) {
      const page = await runSafely(
        store.listDocuments({
          name: partition.name,
          generation: partition.generation,
          kind: 'parked',
          partitions: [partition.partition],
          prefix: prefixOf(lane),
          count: 100,
          ...(after === undefined ? undefined : { after }),
        }),
      )
      if (E.isLeft(page)) return page
      for (const document of page.right.documents) {
        const data = decodeParked(document)
        if (data !== undefined) return E.right({ document, data })
      }
      after = page.right.documents.at(-1)?.key
      if (page.right.end) return E.right(undefined)
    }
  }

  /**
   * The lane in which a delivery must wait, if any. An undecodable event waits in the lane of its stream, and later
   * events of that stream wait behind it there, in whichever lane they would be.
   */
  const blockingLane = ({ lane, event }: Delivery): string | undefined => {
    // The stream first: so an event waits there with all its lanes, or with none, and none of its lanes waits twice.
    if (blocked.has(event.stream)) return event.stream
    return blocked.has(lane) ? lane : undefined
  }

  /**
   * The deliveries of a parked event that are retried now, among those that its event has today. Its other lanes
   * belong, or belonged, to other partitions.
   */
  const deliveriesToRetry = (
    { lane, whole }: ParkedDocument,
    deliveries: ReadonlyArray<Delivery>,
  ): ReadonlyArray<Delivery> =>
    deliveries.filter((one) => E.isLeft(one.content) || (whole ? isOurs(one.lane) : one.lane === lane))

  /** Keeps the event parked: with the new reason, one more attempt, and no requested action. */
  const parkAgain = ({ data }: Parked, delivery: Delivery, why: ParkRequest['why']): UnitOfWork => ({
    ...emptyUnit,
    changes: [
      parkedChange(
        partition.partition,
        { delivery: { ...delivery, lane: data.lane }, why },
        { ...data, attempts: data.attempts + 1 },
      ),
    ],
  })

  const unpark = (lane: string, worker: HandlerWorker): void => {
    unparking = { lane, next: () => retry(lane, worker, true) }
  }

  /**
   * Retries the first event of a lane. When it succeeds, the events that were only parked behind it follow, each in a
   * unit of work of its own, so that progress is kept. An event that failed itself waits for a request of its own.
   */
  const retry = async (lane: string, worker: HandlerWorker, follows = false): Promise<UnitResult> => {
    const found = await headOf(lane)
    if (E.isLeft(found)) return found
    const head = found.right
    if (head === undefined || (follows && !head.data.behind)) return E.right(emptyUnit)
    const deliveries = await read(head.data.position)
    if (E.isLeft(deliveries)) return deliveries
    const own = deliveriesToRetry(head.data, deliveries.right)
    const [first] = own
    const gone: DocumentChange = { kind: 'parked', key: head.document.key }
    if (first === undefined) {
      // The event can be decoded now and does not belong to this partition; or the handler has changed, and the event
      // is no longer in this lane.
      unpark(lane, worker)
      return E.right({ ...emptyUnit, changes: [gone] })
    }
    // Another event may block one of this event's lanes.
    const free = own.filter((one) => one.lane === lane || !blocked.has(one.lane))
    const behind = own.filter((one) => !free.includes(one)).map((delivery) => ({ delivery, why: 'behind' as const }))
    const unit = free.length === 0 ? E.right(emptyUnit) : await worker.handle(free, untilSettled)
    if (E.isLeft(unit)) return unit
    const { stop, unfinished, parked, ...done } = unit.right
    // A retry by request does not stop the handler, even when the verdict on this event is `stop`.
    if (stop !== undefined) {
      const { why } = stop
      return E.right(parkAgain(head, first, isFailure(why) ? why : { _tag: 'HandlerReturnedError', error: why }))
    }
    if (unfinished !== undefined && unfinished.length > 0) return E.right(emptyUnit)
    const failed = parked.find(({ delivery }) => delivery.lane === lane || E.isLeft(delivery.content))
    if (failed !== undefined) return E.right(parkAgain(head, failed.delivery, failed.why))
    unpark(lane, worker)
    return E.right({
      ...done,
      parked: [...parked, ...behind],
      changes: [...done.changes, gone],
      onCommitRejected: (why) => {
        unparking = undefined
        return parkAgain(head, first, why)
      },
    })
  }

  return {
    restore: (parked) => {
      blocked.clear()
      for (const document of parked) {
        const data = decodeParked(document)
        if (data !== undefined) blocked.set(data.lane, (blocked.get(data.lane) ?? 0) + 1)
      }
    },
    divide: (taken) => {
      if (blocked.size === 0) return { unblocked: taken, blocked: [] }
      const unblocked: Array<Delivery> = []
      const waiting = new Map<string, ParkRequest>()
      for (const delivery of taken) {
        const lane = blockingLane(delivery)
        if (lane === undefined) unblocked.push(delivery)
        // One document in the lane of its stream stands for all lanes of an event.
        else
          waiting.set(`${lane}\n${delivery.event.position}`, {
            delivery: lane === delivery.lane ? delivery : { ...delivery, lane },
            why: 'behind',
            whole: blocked.has(delivery.event.stream),
          })
      }
      return { unblocked, blocked: [...waiting.values()] }
    },
    park: (parked, now) =>
      parked.map((one) =>
        parkedChange(partition.partition, one, { attempts: one.why === 'behind' ? 0 : 1, parkedAt: now }),
      ),
    committed: (parked) => {
      for (const { delivery } of parked) blocked.set(delivery.lane, (blocked.get(delivery.lane) ?? 0) + 1)
      if (unparking === undefined) return
      const { lane, next } = unparking
      unparking = undefined
      const left = (blocked.get(lane) ?? 1) - 1
      if (left <= 0) blocked.delete(lane)
      else {
        blocked.set(lane, left)
        enqueue(next)
      }
    },
    applyRequestedAction: async (document, worker) => {
      // The event may have been unparked since it was read, or the action may be done already.
      const { name, generation } = partition
      const found = await runSafely(store.getDocuments({ name, generation, kind: 'parked' }, [document.key]))
      if (E.isLeft(found)) return found
      const [requested] = found.right
      const data = requested === undefined ? undefined : decodeParked(requested)
      if (requested === undefined || data === undefined || requested.requestedAction === null) return E.right(emptyUnit)
      if (requested.requestedAction === 'discard') {
        unpark(data.lane, worker)
        return E.right({ ...emptyUnit, changes: [{ kind: 'parked', key: requested.key }] })
      }
      const unit = await retry(data.lane, worker)
      if (E.isLeft(unit) || unit.right.changes.some(({ key }) => key === requested.key)) return unit
      // Written unchanged, without the action: it was requested for the lane, and is done.
      const changes = [{ kind: 'parked', key: requested.key, data: requested.data } as const, ...unit.right.changes]
      return E.right({ ...unit.right, changes })
    },
    count: () => blocked.size,
  }
}
