import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import type { DocumentChange, HandlerDocument } from '@foldlog/core/store'
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
  untilSettled,
} from '../handlers/HandlerWorker.ts'
import type { ParkedInput } from '../handlers/ParkedInput.ts'
import { partitionOf } from '../handlers/partitionOf.ts'
import { block, isBlocked, unblock } from './BlockedLanes.ts'
import type { IncidentLog } from './IncidentLog.ts'
import { decodeParked, type ParkedDocument, parkedChange } from './ParkedDocument.ts'
import type { PartitionOptions } from './PartitionOptions.ts'
import type { PartitionState } from './PartitionState.ts'
import { retryParkedInput } from './parkedInputs.ts'
import { type Task, type Transition, unchanged } from './Transition.ts'

type StorePromise<A> = Promise<E.Either<InvalidInput | StoreUnavailable, A>>

interface Parked {
  readonly document: HandlerDocument
  readonly data: ParkedDocument
}

const isFailure = (why: StopRequest['why']): why is HandlerFailure =>
  why._tag !== 'InvalidInput' && why._tag !== 'HandlerRewound'

/** The first parked event of a lane, by its key. */
const headOf = async (
  store: PartitionOptions['store'],
  { name, generation, partition }: PartitionOptions['lease'],
  lane: string,
): StorePromise<Parked | undefined> => {
  const query = { name, generation, kind: 'parked', partitions: [partition], count: 100 } as const
  for (let after: string | undefined; ; ) {
    const from = after === undefined ? undefined : { after }
    const page = await runSafely(store.listDocuments({ ...query, prefix: prefixOf(lane), ...from }))
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
 * The deliveries of a parked event that are retried now, among those that its event has today. Its other lanes belong,
 * or belonged, to other partitions.
 */
const deliveriesToRetry = (
  { lane, whole }: ParkedDocument,
  deliveries: ReadonlyArray<Delivery>,
  isOurs: (lane: string) => boolean,
): ReadonlyArray<Delivery> =>
  deliveries.filter((one) => E.isLeft(one.content) || (whole ? isOurs(one.lane) : one.lane === lane))

/**
 * Writes a document unchanged, without its action: it was requested for the lane, and is done, also when the commit is
 * rejected.
 */
const withoutAction = (document: DocumentChange, { onCommitRejected, ...transition }: Transition): Transition => {
  const { unit } = transition
  const changes = unit.changes.some(({ key }) => key === document.key) ? unit.changes : [document, ...unit.changes]
  return {
    ...transition,
    unit: { ...unit, changes },
    ...(onCommitRejected && {
      onCommitRejected: (why: HandlerFailure) => withoutAction(document, onCommitRejected(why)),
    }),
  }
}

/** What is decided when a requested retry fails. */
const keepingParked = (partition: number, incidents: IncidentLog) => {
  const staysParked = (state: PartitionState, change: DocumentChange): Transition => {
    const onCommitted = (): void => {
      const now = change.data === undefined ? undefined : decodeParked({ data: change.data })
      if (now !== undefined) incidents.parkedAgain(now)
    }
    return { unit: { ...emptyUnit, changes: [change], onCommitted }, next: state }
  }

  /** Keeps the event parked: with the new reason, one more attempt, and no requested action. */
  const parkAgain = (
    state: PartitionState,
    { data }: Parked,
    delivery: Delivery,
    why: ParkRequest['why'],
  ): Transition => {
    const parked = { delivery: { ...delivery, lane: data.lane }, why }
    return staysParked(state, parkedChange(partition, parked, { ...data, attempts: data.attempts + 1 }))
  }

  return { staysParked, parkAgain }
}

/** A unit of work that also removes a parked document. */
const withGone = (unit: UnitOfWork, gone: DocumentChange, onGone: () => void): UnitOfWork => ({
  ...unit,
  changes: [...unit.changes, gone],
  onCommitted: () => {
    unit.onCommitted?.()
    onGone()
  },
})

export type ParkedActions = ReturnType<typeof makeParkedActions>

/** Performs the actions that are requested for parked events. */
export const makeParkedActions = (
  { store, lease, partitions, read }: PartitionOptions,
  worker: HandlerWorker,
  incidents: IncidentLog,
) => {
  const { name, generation, partition } = lease

  const { staysParked, parkAgain } = keepingParked(partition, incidents)

  /** A unit of work that removes the first parked event of a lane. What was only parked behind it follows. */
  const unpark = (state: PartitionState, lane: string, unit: UnitOfWork): Transition => {
    const blocked = unblock(block(state.blocked, unit.parked), lane)
    const follow = isBlocked(blocked, lane) ? { follow: retry(lane, true) } : undefined
    return { unit, next: { ...state, blocked }, ...follow }
  }

  /** Retries an input of a process that heads its lane. */
  const retryInput = async (
    state: PartitionState,
    { document, data }: Parked,
    input: ParkedInput,
  ): ReturnType<Task> => {
    const retried = await retryParkedInput(worker, partition, data, input)
    if (E.isLeft(retried)) return retried
    const { unit, parkAgain } = retried.right
    const failed = (why: HandlerFailure): Transition => staysParked(state, parkAgain(why))
    if (E.isLeft(unit)) return E.right(failed(unit.left))
    const done = withGone(unit.right, { kind: 'parked', key: document.key }, () => incidents.unparked(data))
    return E.right({ ...unpark(state, data.lane, done), onCommitRejected: failed })
  }

  /**
   * Retries the first event of a lane. When it succeeds, the events that were only parked behind it follow, each in a
   * unit of work of its own, so that progress is kept. An event that failed itself waits for a request of its own.
   */
  const retry =
    (lane: string, follows: boolean): Task =>
    async (state) => {
      const found = await headOf(store, lease, lane)
      if (E.isLeft(found)) return found
      const head = found.right
      if (head === undefined || (follows && !head.data.behind)) return E.right(unchanged(state))
      const { input } = head.data
      if (input !== undefined) return retryInput(state, head, input)
      const deliveries = await read(head.data.position)
      if (E.isLeft(deliveries)) return deliveries
      const own = deliveriesToRetry(head.data, deliveries.right, (key) => partitionOf(key, partitions) === partition)
      const [first] = own
      const gone: DocumentChange = { kind: 'parked', key: head.document.key }
      // The event can be decoded now and does not belong to this partition; or the handler has changed, and the event
      // is no longer in this lane.
      if (first === undefined) return E.right(unpark(state, lane, { ...emptyUnit, changes: [gone] }))
      // Another event may block one of this event's lanes.
      const free = own.filter((one) => one.lane === lane || !isBlocked(state.blocked, one.lane))
      const behind = own.filter((one) => !free.includes(one)).map((delivery) => ({ delivery, why: 'behind' as const }))
      const handled = free.length === 0 ? E.right(emptyUnit) : await worker.handle(free, untilSettled)
      if (E.isLeft(handled)) return handled
      const { stop, unfinished = [], parked, ...done } = handled.right
      // A retry by request does not stop the handler, even when the verdict on this event is `stop`.
      if (stop !== undefined) {
        const why = isFailure(stop.why) ? stop.why : ({ _tag: 'HandlerReturnedError', error: stop.why } as const)
        return E.right(parkAgain(state, head, first, why))
      }
      if (unfinished.length > 0) return E.right(unchanged(state))
      const failed = parked.find(({ delivery }) => delivery.lane === lane || E.isLeft(delivery.content))
      if (failed !== undefined) return E.right(parkAgain(state, head, failed.delivery, failed.why))
      const unit = withGone({ ...done, parked: [...parked, ...behind] }, gone, () => {
        if ((done.skipped ?? []).length === 0) incidents.unparked(head.data)
      })
      return E.right({
        ...unpark(state, lane, unit),
        onCommitRejected: (why) => parkAgain(state, head, first, why),
      })
    }

  return {
    /** Performs the action that is requested in a document. */
    apply: async (document: HandlerDocument, state: PartitionState): ReturnType<Task> => {
      // The event may have been unparked since it was read, or the action may be done already.
      const found = await runSafely(store.getDocuments({ name, generation, kind: 'parked' }, [document.key]))
      if (E.isLeft(found)) return found
      const [requested] = found.right
      const data = requested === undefined ? undefined : decodeParked(requested)
      if (requested === undefined || data === undefined || requested.requestedAction === null) {
        return E.right(unchanged(state))
      }
      const { key } = requested
      if (requested.requestedAction === 'discard') {
        const onCommitted = (): void => incidents.discarded(data)
        return E.right(unpark(state, data.lane, { ...emptyUnit, changes: [{ kind: 'parked', key }], onCommitted }))
      }
      const retried = await retry(data.lane, false)(state)
      // Interrupted: the request stays, for a later poll or the next owner.
      if (E.isLeft(retried) || retried.right.unit === emptyUnit) return retried
      return E.right(withoutAction({ kind: 'parked', key, data: requested.data }, retried.right))
    },
  }
}
