import type { DocumentChange, HandlerDocument, InvalidInput, PartitionRef, StoreUnavailable } from '@foldlog/core'
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

/** The lanes of a partition that are blocked, because an event in them is parked: whatever comes in them later is parked behind it, so that order holds. */
export interface BlockedLanes {
  /** Begins with what is parked. */
  readonly restore: (parked: ReadonlyArray<HandlerDocument>) => void
  readonly divide: (taken: ReadonlyArray<Delivery>) => {
    readonly unblocked: ReadonlyArray<Delivery>
    readonly blocked: ReadonlyArray<ParkRequest>
  }
  readonly park: (parked: ReadonlyArray<ParkRequest>, now: number) => ReadonlyArray<DocumentChange>
  readonly committed: (parked: ReadonlyArray<ParkRequest>) => void
  /** Does what somebody has wished of a parked event. */
  readonly applyRequestedAction: (document: HandlerDocument, worker: HandlerWorker) => Promise<UnitResult>
  readonly count: () => number
}

export interface BlockedLanesOptions {
  readonly store: WorkerContext['store']
  readonly partition: PartitionRef
  /** The deliveries of the event at a position. */
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
  /** How many events are parked in each blocked lane. */
  const blocked = new Map<string, number>()
  /** The lane of which the turn under way takes an event out, and what is to follow. */
  let unparking: { readonly lane: string; readonly next: () => Promise<UnitResult> } | undefined

  /** The first of a lane, by its key. */
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
   * The lane in which a delivery has to wait, if any. An event that could not be decoded waits in the lane of its stream, and later events of that stream
   * wait behind it there, whatever lane they would be in.
   */
  const blockingLane = ({ lane, event }: Delivery): string | undefined => {
    // The stream first: so an event waits there with all its lanes, or with none, and no lane of it is met twice.
    if (blocked.has(event.stream)) return event.stream
    return blocked.has(lane) ? lane : undefined
  }

  /** What is to be done now for a parked event, of the deliveries that its event has today. Other lanes of it are, or were, the matter of others. */
  const deliveriesToRetry = (
    { lane, whole }: ParkedDocument,
    deliveries: ReadonlyArray<Delivery>,
  ): ReadonlyArray<Delivery> =>
    deliveries.filter((one) => E.isLeft(one.content) || (whole ? isOurs(one.lane) : one.lane === lane))

  /** Still parked: with the new reason and one more try, and no wish any more. */
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
   * Tries the head of a lane. When it succeeds, what only stands behind it follows, each event in a turn of its own, so that what was done is kept; an
   * event that has failed by itself waits for a wish of its own.
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
      // It can be decoded now, and is none of ours; or the handler has changed, and the event is not in this lane any more.
      unpark(lane, worker)
      return E.right({ ...emptyUnit, changes: [gone] })
    }
    // Of its own lanes one may be blocked by another event.
    const free = own.filter((one) => one.lane === lane || !blocked.has(one.lane))
    const behind = own.filter((one) => !free.includes(one)).map((delivery) => ({ delivery, why: 'behind' as const }))
    const unit = free.length === 0 ? E.right(emptyUnit) : await worker.handle(free, untilSettled)
    if (E.isLeft(unit)) return unit
    const { stop, unfinished, parked, ...done } = unit.right
    // A handler that would stop at this event is stopped by nobody's wish.
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
        // Of an event with several lanes one document waits in the lane of its stream: all of them come with it.
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
      // Somebody may have taken it out since it was read, or the wish was granted already.
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
      // Written as it is: the wish was for the lane, and is granted.
      const changes = [{ kind: 'parked', key: requested.key, data: requested.data } as const, ...unit.right.changes]
      return E.right({ ...unit.right, changes })
    },
    count: () => blocked.size,
  }
}
