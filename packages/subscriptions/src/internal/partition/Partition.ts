import type { Clock, HistoryId, InvalidInput, Logger, LogPosition, LogRewound, StoreUnavailable } from '@foldlog/core'
import type { HandlerDocument, Lease } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { EventRef, HandlerRewound } from '../../HandlerRewound.ts'
import { makeWakeSignal } from '../async/WakeSignal.ts'
import type { Delivery } from '../handlers/Delivery.ts'
import type { HandlerDefinition } from '../handlers/HandlerDefinition.ts'
import { emptyUnit, type HandlerWorker, type StopRequest, type WorkerContext } from '../handlers/HandlerWorker.ts'
import { partitionOf } from '../handlers/partitionOf.ts'
import { handlerThrew } from '../handlers/userCode.ts'
import { makeRecentEvents } from '../history/RecentEvents.ts'
import {
  type HandledPlace,
  inOrder,
  mostLost,
  toHandlerRewound,
  type VerifiableLog,
  verifyHandled,
  verifyNote,
  withRemembered,
} from '../history/rewindDetection.ts'
import { makeBatchProcessor } from './BatchProcessor.ts'
import { makeBlockedLanes } from './BlockedLanes.ts'
import { makeCheckpoint, type StoredEnd } from './Checkpoint.ts'
import { makeCheckpointGaps } from './CheckpointGaps.ts'
import type { CommitBatcher } from './CommitBatcher.ts'
import { makeDeliveryQueue } from './DeliveryQueue.ts'
import type { PartitionEnd, StoppedElsewhere, StoppedHere } from './PartitionEnd.ts'
import { makePartitionLifecycle } from './PartitionLifecycle.ts'
import { makeRetryingLanes } from './RetryingLanes.ts'
import { removeStop, stopState } from './StopDocument.ts'
import type { StoredStateLoader } from './StoredStateLoader.ts'
import { makeTaskQueue } from './TaskQueue.ts'

/** The lease after the last commit, why the partition ended, and how far the log was handled. */
export interface EndedPartition extends StoredEnd {
  readonly lease: Lease
  readonly handled: HandledPlace
}

/**
 * A partition in processing. It is fed with deliveries, handles them in units of work, one after another, and commits
 * each before the next.
 */
export interface Partition {
  readonly number: number
  /** Everything up to here has been fed; the next deliveries must begin behind it. */
  readonly fedTo: () => number
  /** The same as a place: with the history of the log from which the partition got its events. */
  readonly place: () => LogPosition
  /** Everything up to here is handled, and its changes are committed. */
  readonly committedTo: () => number
  /**
   * How far the log was handled, and in which history; until the partition is opened, how far it was handled before.
   * While events are in processing, every event that the partition got counts: whether their effects are done is known
   * only when it is too late.
   */
  readonly handledTo: () => HandledPlace
  readonly handled: () => number
  readonly parkedLanes: () => number
  readonly waiting: () => number
  /** Whether a retry is pending. */
  readonly isRetrying: () => boolean
  readonly feed: (deliveries: ReadonlyArray<Delivery>, upTo: number, history: HistoryId) => void
  readonly enqueueDue: (documents: ReadonlyArray<HandlerDocument>) => void
  /** Stops the handler. */
  readonly stop: (stop: StopRequest) => void
  /**
   * Verifies that this history of the log has all events that the partition got, and follows this history from now on.
   * Stops the handler when it does not have them.
   */
  readonly followHistory: (history: HistoryId) => Promise<E.Either<InvalidInput | StoreUnavailable, void>>
  /** Stops the handler because the log went back. */
  readonly onRewound: (why: LogRewound) => void
  /** Stops the handler because of a throw: what is decided and not committed does not count. */
  readonly onThrown: (cause: unknown) => void
  /**
   * Stops the handler when this process has handled a place, of another partition, that is no place of the log. Calls
   * `fits` when it is one.
   */
  readonly verify: (place: HandledPlace, fits: () => void) => void
  /** Checks again whether it may continue. */
  readonly wake: () => void
  /** Ends after the work in flight, with a last commit. */
  readonly drain: () => void
  /** Aborts the work in flight, whose time to end is over: its signal fires, and it is not waited for much longer. */
  readonly abort: () => void
  /** Ends without a commit, because another member owns the partition. */
  readonly revoke: () => void
  /** Never rejects. */
  readonly ended: Promise<EndedPartition>
}

export interface PartitionOptions {
  readonly definition: HandlerDefinition
  readonly lease: Lease
  /** The history of the log to which the position of the lease belongs. */
  readonly history: HistoryId
  /** How far this process has handled the partition before, when the log may have gone back since. */
  readonly previous: HandledPlace | undefined
  /** The last events of the partition that this process has handled under earlier leases, in order. */
  readonly earlier: ReadonlyArray<EventRef>
  /** The last events that this process has handled, of any partition, in any order. */
  readonly remembered: () => ReadonlyArray<EventRef>
  /** Number of partitions of the whole handler. */
  readonly partitions: number
  readonly commitBatcher: CommitBatcher
  readonly storedState: StoredStateLoader
  readonly store: WorkerContext['store'] & VerifiableLog
  readonly read: (position: number) => Promise<E.Either<InvalidInput | StoreUnavailable, ReadonlyArray<Delivery>>>
  readonly clock: Clock
  readonly logger: Logger
  /** Whether the lease is valid. */
  readonly isLeaseValid: () => boolean
  /** Called when there is room for more deliveries, and after each commit. */
  readonly onProgress: () => void
  /** Called with the time at which the first of the documents of a commit is due. */
  readonly onDue: (time: number) => void
  /** Milliseconds that a lease lasts without a heartbeat. */
  readonly leaseTime: number
  /** Milliseconds after which an advance over events that the handler does not get is committed. */
  readonly idleCommitInterval: number
  readonly batchSize: number
}

/** An ending when the partition must not begin. */
type Opened = E.Either<InvalidInput | StoreUnavailable, StoppedElsewhere | StoppedHere | undefined>

export const makePartition = (options: PartitionOptions): Partition => {
  const { definition, lease, store, logger, isLeaseValid } = options
  const { name: handler, generation, partition } = lease
  const wakeSignal = makeWakeSignal()
  const lifecycle = makePartitionLifecycle(logger, { handler, generation, partition })
  const queue = makeDeliveryQueue(!definition.laneIsStream)
  const tasks = makeTaskQueue(wakeSignal.notify)
  const { enqueue } = tasks
  let fedTo = lease.position
  let { history } = options
  const recent = makeRecentEvents()
  /**
   * The partition may have been owned by another member in between: what was handled here before that can be lost too.
   */
  const lastHandled = (): ReadonlyArray<EventRef> =>
    options.earlier.length === 0 ? recent.events() : inOrder([...options.earlier, ...recent.events()]).slice(-mostLost)
  let busy = false
  /** Whether the log is verified to have what this process has handled before. */
  let verified = options.previous === undefined

  type Verified = E.Either<InvalidInput | StoreUnavailable, HandlerRewound | undefined>

  const addOtherPartitions = async (found: Verified): Promise<Verified> =>
    E.isLeft(found) || found.right === undefined ? found : withRemembered(store, found.right, options.remembered())
  const verify = async (place: HandledPlace): Promise<Verified> => addOtherPartitions(await verifyHandled(store, place))

  const isOurs = (lane: string): boolean => partitionOf(lane, options.partitions) === partition
  const blockedLanes = makeBlockedLanes({ ...options, partition: lease, isOurs, enqueue })
  const gaps = makeCheckpointGaps({ partition, history: () => history, lastUpTo: recent.lastUpTo })
  const mayBegin = (): boolean => lifecycle.isRunning() && isLeaseValid()
  const retryingLanes = makeRetryingLanes({
    ...options,
    policy: definition.policy,
    lifecycle,
    mayBegin,
    enqueue,
    worker: () => worker,
  })
  const checkpoint = makeCheckpoint({
    ...options,
    lifecycle,
    blockedLanes,
    retryingLanes: () => retryingLanes,
    gaps,
    worker: () => worker,
    history: () => history,
    rewound: (position) => verify({ position, history, recent: lastHandled() }),
  })
  const worker: HandlerWorker = definition.makeWorker({
    partition: lease,
    store,
    signal: lifecycle.signal,
    draining: lifecycle.draining,
    mayBegin,
    markRetrying: lifecycle.markRetrying,
    enqueue,
    revision: () => checkpoint.lease().revision,
    logger,
  })
  const batchProcessor = makeBatchProcessor({
    ...options,
    policy: definition.policy,
    queue,
    blockedLanes,
    retryingLanes,
    gaps,
    worker,
    lifecycle,
    checkpoint,
    recent,
    fedTo: () => fedTo,
  })

  const commitIdle = async (): Promise<PartitionEnd | undefined> =>
    fedTo > checkpoint.lease().position && queue.size() === 0 ? checkpoint.commitOrStop(emptyUnit, fedTo) : undefined

  const step = async (): Promise<PartitionEnd | undefined> => {
    if (!isLeaseValid()) {
      await wakeSignal.wait()
      return undefined
    }
    if (tasks.hasTasks()) return tasks.runNext(lifecycle, checkpoint)
    if (queue.size() > 0 && !worker.full() && !retryingLanes.full()) return batchProcessor.processNext()
    const wait = queue.size() > 0 ? undefined : checkpoint.nextIdleCommitIn(fedTo)
    if (wait === 0) return commitIdle()
    busy = false
    await wakeSignal.wait(wait)
    busy = true
    return undefined
  }

  /** Why the log does not fit the checkpoint, or what this process has handled before, or the stored gaps. */
  const rewoundBefore = async (
    byCheckpoint: HandlerRewound | undefined,
    note: HandledPlace | undefined,
  ): Promise<Verified> => {
    if (byCheckpoint !== undefined) return addOtherPartitions(E.right(byCheckpoint))
    const before = options.previous === undefined ? E.right(undefined) : await verify(options.previous)
    if (E.isLeft(before) || before.right !== undefined || note === undefined) return before
    return addOtherPartitions(await verifyNote(store, note))
  }

  const run = async (): Promise<PartitionEnd> => {
    busy = true
    const opened = await lifecycle.retryUntilDone('opening a partition', async (): Promise<Opened> => {
      const found = await options.storedState.load(lease, options.history)
      if (E.isLeft(found)) return found
      const stops = stopState(found.right.stops, partition)
      if (stops.stopped) return E.right({ _tag: 'StoppedElsewhere', rewound: stops.rewound })
      const note = gaps.restore(found.right.gaps)
      if (E.isLeft(note)) return note
      const rewound = await rewoundBefore(found.right.rewound, note.right)
      if (E.isLeft(rewound)) return rewound
      if (rewound.right !== undefined) {
        return E.right({ _tag: 'StoppedHere', position: lease.position, stop: { why: rewound.right } })
      }
      verified = true
      blockedLanes.restore(found.right.parked)
      // A resume was requested.
      if (stops.own) enqueue(async () => E.right({ ...emptyUnit, changes: [removeStop(partition)] }))
      worker.restore(found.right.commands)
      return E.right(undefined)
    })
    if (E.isLeft(opened)) return lifecycle.endFor(opened.left, checkpoint.lease().position)
    if (opened.right !== undefined) return opened.right
    while (lifecycle.isRunning()) {
      const ended = await step()
      if (ended !== undefined) return ended
      retryingLanes.startRetries()
      if (queue.size() === 0) checkpoint.skipTo(fedTo)
    }
    // Retries in flight are finished, like a batch in flight.
    await retryingLanes.close()
    if (lifecycle.isLost()) return { _tag: 'Lost' }
    while (retryingLanes.size() > 0 && tasks.hasTasks()) {
      const ended = await tasks.runNext(lifecycle, checkpoint)
      if (ended !== undefined) return ended
    }
    // Waiting deliveries are not begun; committing a known advance costs nothing.
    return (await commitIdle()) ?? { _tag: 'Drained' }
  }

  const isIdle = (): boolean => !busy && queue.size() === 0 && retryingLanes.size() === 0

  /** Includes events that were handled and not committed, because the partition was lost: their effects are done. */
  const doneHere = (): number => Math.max(checkpoint.committedTo(), recent.events().at(-1)?.position ?? 0)

  const handledTo = (): HandledPlace =>
    verified || options.previous === undefined
      ? { position: isIdle() ? doneHere() : fedTo, history, recent: lastHandled() }
      : options.previous

  /** Queued tasks never begin now. While a lane is retrying, events beyond the checkpoint are handled. */
  const handledAtEnd = (): HandledPlace => {
    const { position, ...place } = handledTo()
    return { ...place, position: verified ? Math.max(doneHere(), checkpoint.takenTo()) : position }
  }

  /** Code of the runtime should not throw. If it does, the handler stops with the reason, at the last commit. */
  const stoppedByThrow = (cause: unknown): StoppedHere => ({
    _tag: 'StoppedHere',
    position: checkpoint.lease().position,
    stop: { why: handlerThrew(cause) },
  })

  const finish = async (): Promise<EndedPartition> => {
    const ending = await run().catch(stoppedByThrow)
    const kept =
      ending._tag === 'StoppedHere'
        ? await checkpoint.storeStop(ending).catch(() => ({ ending, isLocal: true }))
        : { ending, isLocal: false }
    busy = false
    lifecycle.revoke()
    // The partition must not wait for ever for work that was started and throws.
    await Promise.allSettled([worker.close(), retryingLanes.close()])
    return { lease: checkpoint.lease(), handled: handledAtEnd(), ...kept }
  }

  return {
    number: partition,
    fedTo: () => fedTo,
    place: () => ({ position: fedTo, history }),
    committedTo: checkpoint.committedTo,
    handledTo,
    handled: () => batchProcessor.handled() + retryingLanes.handled(),
    parkedLanes: blockedLanes.count,
    waiting: () => queue.size() + retryingLanes.size(),
    isRetrying: lifecycle.isRetrying,
    feed: (deliveries, upTo, fedIn) => {
      if (!lifecycle.isRunning()) return
      history = fedIn
      queue.push(deliveries)
      fedTo = Math.max(fedTo, upTo)
      if (queue.size() === 0 && !busy) checkpoint.skipTo(fedTo)
      wakeSignal.notify()
    },
    enqueueDue: (documents) => tasks.enqueueDue(documents, worker, blockedLanes),
    stop: (stop) => enqueue(async () => E.right({ ...emptyUnit, stop })),
    followHistory: async (next) => {
      if (next === history) return E.right(undefined)
      const rewound = await verify({ position: fedTo, history, recent: lastHandled() })
      if (E.isLeft(rewound)) return rewound
      const { right: why } = rewound
      if (why === undefined) history = next
      else enqueue(async () => E.right({ ...emptyUnit, stop: { why } }))
      return E.right(undefined)
    },
    onRewound: (why) =>
      enqueue(async () => {
        const stop = await addOtherPartitions(await toHandlerRewound(store, why, lastHandled()))
        if (E.isLeft(stop)) return stop
        return E.right(stop.right === undefined ? emptyUnit : { ...emptyUnit, stop: { why: stop.right } })
      }),
    onThrown: (cause) => enqueue(() => Promise.reject(cause)),
    verify: (place, fits) =>
      enqueue(async () => {
        const found = await verify(place)
        if (E.isLeft(found)) return found
        if (found.right !== undefined) return E.right({ ...emptyUnit, stop: { why: found.right } })
        fits()
        return E.right(emptyUnit)
      }),
    wake: wakeSignal.notify,
    drain: () => {
      lifecycle.drain()
      wakeSignal.notify()
    },
    abort: lifecycle.abort,
    revoke: () => {
      lifecycle.revoke()
      wakeSignal.notify()
    },
    ended: finish(),
  }
}
