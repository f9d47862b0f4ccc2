import { type Clock, describeUnknown, type HandlerStore, type HistoryId, type Logger } from '@foldlog/core'
import type { HandlerRef, HeartbeatAnswer, Lease } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { type EventRef, HandlerRewound } from '../../HandlerRewound.ts'
import { runSafely } from '../async/runSafely.ts'
import { makeHandledHistory } from '../history/HandledHistory.ts'
import { type VerifiableLog, verifyHandled, withRemembered } from '../history/rewindDetection.ts'
import type { EndedPartition, Partition, PartitionOptions } from '../partition/Partition.ts'
import { describeStop } from '../partition/StopDocument.ts'
import { addLostEvents } from './addLostEvents.ts'
import { makeLeaseReleaser } from './LeaseReleaser.ts'

/** The partitions that are assigned to a member: each begins with a lease, and ends with it. */
export interface PartitionAssignments {
  readonly assigned: ReadonlyMap<number, Partition>
  readonly all: () => ReadonlyArray<Partition>
  /** The lowest last known position of its partitions; `null` when it never had one. */
  readonly lowestPosition: () => number | null
  /** Applies the answer to a heartbeat; returns whether a partition was begun. */
  readonly onHeartbeatAnswer: (answer: HeartbeatAnswer) => boolean
  /**
   * Applies what the store says of the handler: whether it is stopped, by any partition in any process; whether because
   * the log went back; and how often it was set back.
   */
  readonly onStatus: (stopped: boolean, rewound: boolean, checkpointResets: number) => void
  readonly isStopped: () => boolean
  /**
   * Whether the handler is stopped because the log went back, and the store may not have all lost events that this
   * process has handled: then the process needs a lease once more.
   */
  readonly compares: () => boolean
  /** Why the handler is stopped in this process, when the store does not keep the reason. */
  readonly localStop: () => LocalPartitionStop | undefined
  /**
   * Drains all partitions and releases their leases. Work in flight has `stopTimeout` milliseconds, and is aborted
   * then.
   */
  readonly stop: (stopTimeout: number) => Promise<void>
}

/** A stop that only this process knows of. */
export interface LocalPartitionStop {
  readonly partition: number
  readonly position: number
  readonly reason: string
  readonly since: number
}

export interface PartitionAssignmentsOptions {
  readonly ref: HandlerRef
  readonly store: Pick<HandlerStore, 'release' | 'listDocuments' | 'commit'> & VerifiableLog
  readonly logger: Logger
  readonly clock: Clock
  /** Makes a partition from a lease, whose position is in this history, with what this process remembers. */
  readonly make: (
    lease: Lease,
    history: HistoryId,
    memory: Pick<PartitionOptions, 'previous' | 'earlier' | 'remembered'>,
  ) => Partition
  /** Called with a partition that is no longer worked on. */
  readonly onRemoved: (partition: Partition) => void
  /** Requests a heartbeat at once: a partition may be free, or none is needed any more. */
  readonly requestHeartbeat: () => void
  /** Called after every end of a partition. */
  readonly onEnded: () => void
}

export const makePartitionAssignments = (options: PartitionAssignmentsOptions): PartitionAssignments => {
  const { ref, store, logger } = options
  const assigned = new Map<number, Partition>()
  /** All partitions that have not ended: lost ones may still have work in flight. */
  const alive = new Set<Partition>()
  /** All leases of the last answer. */
  let leases: ReadonlyMap<number, Lease> = new Map()
  /** Partitions that are being released, because they are more than the share of this member. */
  const draining = new Set<number>()
  const pendingEnds = new Set<Promise<void>>()
  /**
   * Whether the handler is stopped, as far as this process knows. It may learn of a stop late, or forget it too early
   * because of a read from before the stop. That costs a lease that is released at once, because a partition begins
   * only after a read of the stored stops.
   */
  let stopped = false
  /** Whether one of its stops was because the log went back. */
  let rewound = false
  /** Whether the stored stops have all lost events that this process has handled. */
  let compared = true
  /** The lease under which they are compared. */
  let comparing: Lease | undefined
  let verifying = false
  /**
   * How far each partition was handled in this process. Forgotten when the handler was set back since it stopped
   * because the log went back: then an operator has decided what to do. A stop that is gone without that proves
   * nothing: it may be gone because the log went back once more.
   */
  const handled = makeHandledHistory()
  /**
   * How often the handler was set back, as far as is known; while it is stopped, the count before that stop is
   * recovered.
   */
  let checkpointResets = 0
  /**
   * A stop that the store does not keep. It lasts until the process ends: otherwise the same events would be handled
   * again and again.
   */
  let localStop: LocalPartitionStop | undefined
  /** Lost events were handled here, and this process has no partition with which it could stop the handler. */
  let unstoredStop: LocalPartitionStop | undefined
  /** The last known position of each partition that this process held. */
  const positions = new Map<number, number>()
  /**
   * The epoch at which a partition was last begun, and the history of the log then: the process works on a lease once.
   * Epochs go back when the log does, and then another lease can have the same epoch. An open partition continues in a
   * new history: its reads and commits are verified there.
   */
  const started = new Map<number, { readonly epoch: number; readonly history: HistoryId }>()

  const isStarted = ({ partition, epoch }: Lease, history: HistoryId): boolean => {
    const last = started.get(partition)
    return last?.epoch === epoch && (last.history === history || assigned.has(partition))
  }
  const abort = new AbortController()

  const all = (): ReadonlyArray<Partition> => [...assigned.values()]

  const stoppedByRewind = (): void => {
    if (rewound) return
    rewound = true
    compared = false
    unstoredStop = undefined
  }

  /** Also before all partitions have ended: until then they may handle more. */
  const compares = (): boolean =>
    stopped &&
    rewound &&
    !compared &&
    localStop === undefined &&
    !abort.signal.aborted &&
    (alive.size > 0 || handled.places().length > 0)

  /** A stop applies to the whole handler, so every partition drains. */
  const stopAll = (): void => {
    stopped = true
    for (const other of assigned.values()) other.drain()
  }

  const remove = (partition: Partition): void => {
    assigned.delete(partition.number)
    try {
      options.onRemoved(partition)
    } catch (why) {
      // The lease must be released nevertheless.
      logger.error('the end of a partition cannot be reported', { ...ref, why: describeUnknown(why) })
    }
  }

  const revoke = (partition: Partition): void => {
    // Now, and not when the partition has ended: the next lease may begin before that, and must find this.
    handled.remember(partition.number, partition.handledTo())
    remove(partition)
    partition.revoke()
  }

  const { release } = makeLeaseReleaser({ ref, store, logger, signal: abort.signal })

  const onPartitionEnded = async (
    partition: Partition,
    { lease, ending, isLocal, handled: place }: EndedPartition,
  ): Promise<void> => {
    const facts = { handler: ref.name, generation: ref.generation, partition: partition.number }
    positions.set(lease.partition, Math.max(lease.position, positions.get(lease.partition) ?? 0))
    alive.delete(partition)
    if (assigned.get(partition.number) === partition) {
      handled.remember(partition.number, place)
      remove(partition)
    } else handled.rememberLate(place.recent)
    if (ending._tag === 'StoppedHere') {
      const { position } = ending
      const reason = describeStop(ending)
      logger.error('a handler has stopped', { ...facts, position, why: reason })
      if (ending.stop.why._tag === 'HandlerRewound') stoppedByRewind()
      if (isLocal) localStop ??= { partition: partition.number, position, reason, since: options.clock() }
      stopAll()
    } else if (ending._tag === 'StoppedElsewhere') {
      if (ending.rewound) stoppedByRewind()
      stopAll()
    }
    if (ending._tag === 'Lost') logger.info('a partition is held by another member', facts)
    // Release lost partitions too: if the epoch is still ours, the store would otherwise keep the lease for a member
    // that no longer works on it.
    await release(lease)
    draining.delete(partition.number)
    if (ending._tag === 'Lost' || (alive.size === 0 && compares())) options.requestHeartbeat()
    options.onEnded()
  }

  const track = (end: Promise<void>): void => {
    const pendingEnd = end
      .catch((why) => logger.error('the end of a partition threw', { ...ref, why: describeUnknown(why) }))
      .finally(() => pendingEnds.delete(pendingEnd))
    pendingEnds.add(pendingEnd)
  }

  const remembered = (): ReadonlyArray<EventRef> => [
    ...handled.events(),
    ...all().flatMap((one) => one.handledTo().recent),
  ]

  const start = (lease: Lease, history: HistoryId): void => {
    const partition = options.make(lease, history, {
      previous: handled.previousOf(lease, history),
      earlier: handled.recentOf(lease.partition),
      remembered,
    })
    assigned.set(lease.partition, partition)
    alive.add(partition)
    track(partition.ended.then((last) => onPartitionEnded(partition, last)))
  }

  /**
   * Verifies what this process has handled, while it has no partition: no other process knows these events. It has no
   * lease under which it could stop the handler, so it only reports the stop, until it gets one.
   */
  const verifyAlone = async (history: HistoryId): Promise<void> => {
    if (verifying || unstoredStop !== undefined) return
    verifying = true
    for (const [partition, place] of handled.unverified(history)) {
      const found = await verifyHandled(store, place)
      // The next heartbeat tries again.
      if (E.isLeft(found)) break
      if (found.right === undefined) {
        handled.fits(partition, place, history)
        continue
      }
      const whole = await withRemembered(store, found.right, remembered())
      // Meanwhile it has got a partition, or the handler was stopped: the lost events are written there.
      if (E.isLeft(whole) || stopped || assigned.size > 0) break
      const { position, lost } = whole.right
      const reason = HandlerRewound.describe(whole.right)
      unstoredStop = { partition, position, reason, since: options.clock() }
      const what = 'this process has handled lost events, and stops the handler when it gets a partition of it'
      logger.error(what, { ...ref, position, why: reason, lost })
      break
    }
    verifying = false
  }

  /**
   * Verifies what this process has handled of partitions that other members own now. When the log goes back, leases go
   * back too, and the other members do not know what was handled here. So any partition that is open here verifies it,
   * once in each history.
   */
  const verifyOthers = (history: HistoryId): void => {
    const [first] = assigned.values()
    if (first === undefined) {
      track(verifyAlone(history))
      return
    }
    for (const [partition, place] of handled.unverified(history)) {
      if (!assigned.has(partition)) first.verify(place, () => handled.fits(partition, place, history))
    }
  }

  /** Compares the stored stops with all that was handled here, when no partition has work in flight. */
  const compare = async (lease: Lease): Promise<void> => {
    comparing = lease
    const added = await addLostEvents(store, options.clock, lease, handled)
    comparing = undefined
    if (E.isLeft(added)) {
      logger.warn('the lost events that were handled here cannot be added to the stop', { ...ref, why: added.left })
      // What the store rejects now, it rejects again.
      compared ||= added.left._tag === 'InvalidInput'
    } else if (added.right._tag === 'compared') {
      compared = true
      const { added: lost } = added.right
      if (lost > 0) logger.warn('lost events that were handled here are added to the stop', { ...ref, lost })
    }
    await release(lease)
    if (compared) options.requestHeartbeat()
  }

  const compareUnder = ({ leases: own, history }: HeartbeatAnswer): void => {
    if (!compares() || alive.size > 0 || comparing !== undefined) return
    const lease = own.find((one) => !isStarted(one, history))
    if (lease === undefined) return
    started.set(lease.partition, { epoch: lease.epoch, history })
    track(compare(lease))
  }

  /** Begins partitions with new leases; returns whether there was any. */
  const startAll = ({ leases: own, history }: HeartbeatAnswer): boolean => {
    let startedAny = false
    for (const lease of own) {
      if (isStarted(lease, history)) continue
      const running = assigned.get(lease.partition)
      if (running !== undefined) revoke(running)
      start(lease, history)
      started.set(lease.partition, { epoch: lease.epoch, history })
      startedAny = true
    }
    return startedAny
  }

  return {
    assigned,
    all,
    lowestPosition: () => (positions.size === 0 ? null : Math.min(...positions.values())),
    onStatus: (isStopped, byRewind, times) => {
      if (isStopped) {
        const isNew = byRewind && !rewound
        if (byRewind) stoppedByRewind()
        stopAll()
        if (isNew && compares()) options.requestHeartbeat()
      } else {
        if (stopped && rewound && times > checkpointResets) handled.forget()
        rewound = false
        stopped = localStop !== undefined
      }
      checkpointResets = times
    },
    onHeartbeatAnswer: (answer) => {
      if (abort.signal.aborted) return false
      leases = new Map(answer.leases.map((lease) => [lease.partition, lease]))
      // After a new registration epochs begin anew: this process has worked on none of them.
      if (!answer.known) started.clear()
      for (const partition of all()) positions.set(partition.number, partition.committedTo())
      for (const partition of all()) {
        if (leases.has(partition.number)) partition.wake()
        else revoke(partition)
      }
      if (stopped) {
        compareUnder(answer)
        // These leases were requested before the stop was known.
        for (const lease of answer.leases)
          if (lease.partition !== comparing?.partition && !assigned.has(lease.partition)) track(release(lease))
        return false
      }
      const startedAny = startAll(answer)
      verifyOthers(answer.history)
      // Counts only the partitions that stay: one that takes long to drain must not count for another one that must be
      // released.
      const staying = all().filter(({ number }) => !draining.has(number))
      for (const partition of staying.slice(0, Math.max(0, answer.surplus - draining.size))) {
        draining.add(partition.number)
        partition.drain()
      }
      return startedAny
    },
    isStopped: () => stopped,
    compares,
    localStop: () => localStop ?? unstoredStop,
    stop: async (stopTimeout) => {
      abort.abort()
      for (const partition of assigned.values()) partition.drain()
      const late = setTimeout(() => {
        for (const partition of assigned.values()) partition.abort()
      }, stopTimeout)
      await Promise.all(pendingEnds)
      clearTimeout(late)
      if (leases.size === 0) return
      const released = await runSafely(store.release([...leases.values()]))
      if (E.isLeft(released))
        logger.warn('leases could not be released; they will expire', { ...ref, why: released.left })
    },
  }
}
