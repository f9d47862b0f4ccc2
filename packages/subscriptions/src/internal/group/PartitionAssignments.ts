import { type Clock, describeUnknown, type HandlerStore } from '@foldlog/core'
import type { HeartbeatAnswer, Lease } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { makeInFlight } from '../async/InFlight.ts'
import { runSafely } from '../async/runSafely.ts'
import type { VerifiableLog } from '../history/rewindDetection.ts'
import type { EndedPartition, Partition } from '../partition/Partition.ts'
import { describeStop } from '../partition/StopDocument.ts'
import { makeHistoryChecks } from './HistoryChecks.ts'
import { type KnownStop, makeKnownStop } from './KnownStop.ts'
import type { LocalPartitionStop } from './LocalStop.ts'
import { leaseReleaser } from './leaseReleaser.ts'
import { makeRunningPartitions, type RunningPartitionsOptions } from './RunningPartitions.ts'
import { makeStartedLeases } from './StartedLeases.ts'

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

export interface PartitionAssignmentsOptions extends RunningPartitionsOptions {
  /** The name of this process in the group. */
  readonly member: string
  readonly store: Pick<HandlerStore, 'release' | 'listDocuments' | 'commit'> & VerifiableLog
  readonly clock: Clock
  /** Requests a heartbeat at once: a partition may be free, or none is needed any more. */
  readonly requestHeartbeat: () => void
  /** Called after every end of a partition. */
  readonly onEnded: () => void
}

const releaseAtEnd = async (
  leases: ReadonlyArray<Lease>,
  { ref, store, logger }: Pick<PartitionAssignmentsOptions, 'ref' | 'store' | 'logger'>,
): Promise<void> => {
  const released = leases.length === 0 ? E.right(undefined) : await runSafely(store.release(leases))
  if (E.isRight(released)) return
  const { name: handler, generation } = ref
  logger.warn('leases could not be released; they will expire', { handler, generation, why: released.left })
}

const stoppedElsewhere = 'a handler is stopped; this process ends its work on it'

type LogOptions = Pick<PartitionAssignmentsOptions, 'ref' | 'logger'>

/** Logs one line for an answer, because a process that takes over from another one gets many partitions. */
const logTakeover = ({ ref, logger }: LogOptions, leases: ReadonlyArray<Lease>): void => {
  if (leases.length === 0) return
  const partitions = leases.map(({ partition }) => partition)
  const unreleased = leases.flatMap(({ partition, released }) => (released ? [] : [partition]))
  const found = unreleased.length > 0 ? { unreleased } : undefined
  logger.info('this process takes partitions over', {
    handler: ref.name,
    generation: ref.generation,
    partitions,
    ...found,
  })
}

const logThrown = ({ ref, logger }: LogOptions, why: unknown): void => {
  const facts = { handler: ref.name, generation: ref.generation }
  logger.error('the end of a partition threw', { ...facts, why: describeUnknown(why) })
}

/** Logs each change between a stopped handler and a running one. */
const logChange = ({ ref, logger }: LogOptions, known: KnownStop, isStopped: boolean): void => {
  const facts = { handler: ref.name, generation: ref.generation }
  if (isStopped && !known.isStopped()) logger.warn(stoppedElsewhere, facts)
  if (!isStopped && known.isStopped() && known.local() === undefined) {
    logger.info('a handler that was stopped is resumed', facts)
  }
}

/** Logs the end of a partition, and notes what it says of the handler. Returns whether the handler is stopped. */
const applyEnd = (
  knownStop: KnownStop,
  { lease, ending, isLocal }: EndedPartition,
  { ref, logger, clock }: Pick<PartitionAssignmentsOptions, 'ref' | 'logger' | 'clock'>,
): boolean => {
  const { partition } = lease
  const facts = { handler: ref.name, generation: ref.generation, partition }
  if (ending._tag === 'Lost') logger.info('a partition is held by another member', facts)
  if (ending._tag === 'StoppedElsewhere') {
    if (!knownStop.isStopped()) logger.warn(stoppedElsewhere, facts)
    if (ending.rewound) knownStop.onStoppedByRewind()
    return true
  }
  if (ending._tag !== 'StoppedHere') return false
  const { position, stop } = ending
  const reason = describeStop(ending)
  const { stream, version, type } = stop.event ?? {}
  const event = stop.event === undefined ? undefined : { stream, version, type }
  const hint = 'correct the cause, then HandlerStop.resume'
  logger.error('a handler has stopped', { ...facts, position, ...event, why: reason, hint })
  if (ending.stop.why._tag === 'HandlerRewound') knownStop.onStoppedByRewind()
  if (isLocal) knownStop.stopLocally({ partition, position, reason, since: clock() })
  return true
}

/** The partitions that are being released, because they are more than the share of this member. */
const makeSurplus = () => {
  const draining = new Set<number>()
  return {
    /**
     * Counts only the partitions that stay: one that takes long to drain must not count for another one that must be
     * released.
     */
    drain: (all: ReadonlyArray<Partition>, surplus: number): void => {
      const staying = all.filter(({ number }) => !draining.has(number))
      for (const partition of staying.slice(0, Math.max(0, surplus - draining.size))) {
        draining.add(partition.number)
        partition.drain()
      }
    },
    onReleased: (partition: number): void => {
      draining.delete(partition)
    },
  }
}

export const makePartitionAssignments = (options: PartitionAssignmentsOptions): PartitionAssignments => {
  const { ref, store, logger, requestHeartbeat } = options
  const partitions = makeRunningPartitions(options)
  const { assigned, all, handled } = partitions
  const knownStop = makeKnownStop()
  const started = makeStartedLeases((partition) => assigned.has(partition))
  /** All leases of the last answer. */
  let leases: ReadonlyMap<number, Lease> = new Map()
  const surplus = makeSurplus()
  const ending = makeInFlight()
  const abort = new AbortController()
  const release = leaseReleaser({ ref, store, logger, signal: abort.signal })

  const track = (work: Promise<void>): void => void ending.add(work.catch((why) => logThrown(options, why)))

  const checks = makeHistoryChecks({
    ...options,
    ...partitions,
    stop: knownStop,
    release,
    track,
    takeLease: started.takeNew,
  })

  /** Also before all partitions have ended: until then they may handle more. */
  const compares = (): boolean =>
    knownStop.isIncomplete() && !abort.signal.aborted && (partitions.alive() > 0 || handled.places().length > 0)

  /** A stop applies to the whole handler, so every partition drains. */
  const stopAll = (): void => {
    knownStop.onStopped()
    for (const other of all()) other.drain()
  }

  const onEnded = async (ended: EndedPartition): Promise<void> => {
    if (applyEnd(knownStop, ended, options)) stopAll()
    // Release lost partitions too: if the epoch is still ours, the store would otherwise keep the lease for a member
    // that no longer works on it.
    await release(ended.lease)
    surplus.onReleased(ended.lease.partition)
    if (ended.ending._tag === 'Lost' || (partitions.alive() === 0 && compares())) requestHeartbeat()
    options.onEnded()
  }

  /** Begins partitions with new leases; returns whether there was any. */
  const startAll = ({ leases: own, history }: HeartbeatAnswer): boolean => {
    const unstarted = own.filter((lease) => !started.has(lease, history))
    logTakeover(options, unstarted)
    for (const lease of unstarted) {
      const running = assigned.get(lease.partition)
      if (running !== undefined) partitions.revoke(running)
      track(partitions.start(lease, history).then(onEnded))
      started.add(lease, history)
    }
    return unstarted.length > 0
  }

  return {
    assigned,
    all,
    lowestPosition: partitions.lowestPosition,
    onStatus: (isStopped, byRewind, checkpointResets) => {
      logChange(options, knownStop, isStopped)
      if (isStopped) {
        const isNews = byRewind && knownStop.onStoppedByRewind()
        stopAll()
        if (isNews && compares()) requestHeartbeat()
      } else if (knownStop.onRunning(checkpointResets)) handled.forget()
      knownStop.onCheckpointResets(checkpointResets)
    },
    onHeartbeatAnswer: (answer) => {
      if (abort.signal.aborted) return false
      leases = new Map(answer.leases.map((lease) => [lease.partition, lease]))
      // After a new registration epochs begin anew: this process has worked on none of them.
      if (!answer.known) started.clear()
      partitions.followLeases(leases)
      if (knownStop.isStopped()) {
        if (compares() && partitions.alive() === 0) checks.compareUnder(answer)
        // These leases were requested before the stop was known.
        for (const lease of answer.leases)
          if (lease.partition !== checks.lease()?.partition && !assigned.has(lease.partition)) track(release(lease))
        return false
      }
      const startedAny = startAll(answer)
      checks.verify(answer.history)
      surplus.drain(all(), answer.surplus)
      return startedAny
    },
    isStopped: knownStop.isStopped,
    compares,
    localStop: knownStop.local,
    stop: async (stopTimeout) => {
      abort.abort()
      await partitions.drain(stopTimeout, ending.ended)
      await releaseAtEnd([...leases.values()], options)
    },
  }
}
