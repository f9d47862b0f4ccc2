import type { Clock, EventStore, HandlerStore, Logger, LogTail } from '@foldlog/core'
import type { HandlerGeneration, HandlerRef } from '@foldlog/core/store'
import type { TryLock } from '../async/TryLock.ts'
import { clampTimeout } from '../async/timers.ts'
import type { HandlerDefinition } from '../handlers/HandlerDefinition.ts'
import type { Member } from '../membership/HeartbeatLoop.ts'
import type { CommitBatcher } from '../partition/CommitBatcher.ts'
import { makePartition } from '../partition/Partition.ts'
import { isRewind, resumeAction } from '../partition/StopDocument.ts'
import { makeStoredStateLoader } from '../partition/StoredStateLoader.ts'
import { makeCatchUpReader } from '../reading/CatchUpReader.ts'
import { makeDuePoller } from '../reading/DuePoller.ts'
import type { LiveFeed } from '../reading/LiveFeed.ts'
import type { HandlerProgress } from './HandlerWait.ts'
import { makeKnownRegistration } from './KnownRegistration.ts'
import type { LocalStop } from './LocalStop.ts'
import { makeMemberReporter } from './MemberReporter.ts'
import { makePartitionAssignments, type PartitionAssignmentsOptions } from './PartitionAssignments.ts'

/**
 * The membership of this process in the consumer group of one generation of a handler: its partitions, and the reading
 * for them.
 */
export interface GroupMember extends Member {
  /** Receives what the store knows of the generation, as any process may have changed it. */
  readonly onStatus: (known: Pick<HandlerGeneration, 'stops' | 'checkpointResets'>) => void
  /**
   * The position up to which all partitions of the handler have committed, and whether any has parked events, when all
   * of them are here and got their events from one history of the log.
   */
  readonly progress: () => HandlerProgress | undefined
  /** Whether the store no longer knew the generation at the last heartbeat. */
  readonly isRegistrationLost: () => boolean
  /** Why the handler does nothing in this process, when the store does not know the reason. */
  readonly localStop: () => LocalStop | undefined
  /** Logs once that the registration is lost and is not made again. */
  readonly reportRegistrationLost: () => void
  readonly stop: () => Promise<void>
}

export interface GroupMemberOptions {
  readonly definition: HandlerDefinition
  readonly ref: HandlerRef
  /** The name of this process in the group. */
  readonly member: string
  /** Number of partitions of the handler, as it was created. */
  readonly partitions: number
  readonly store: Pick<EventStore, 'readLog' | 'findEvents'> & Pick<LogTail, 'verify'> & HandlerStore
  readonly feed: LiveFeed
  readonly commitBatcher: CommitBatcher
  readonly suspects: TryLock
  readonly clock: Clock
  readonly logger: Logger
  readonly pageSize: number
  readonly batchSize: number
  /** Milliseconds that a lease lasts without a heartbeat. */
  readonly leaseTime: number
  readonly idleCommitInterval: number
  /** Milliseconds that work in flight may take to end, before it is aborted. */
  readonly stopTimeout: number
  readonly isLeaseValid: () => boolean
  readonly onProgress: () => void
  /** Requests a heartbeat at once. */
  readonly requestHeartbeat: () => void
}

export const makeGroupMember = (options: GroupMemberOptions): GroupMember => {
  const { ref, store, isLeaseValid, logger, clock } = options
  const registration = makeKnownRegistration({ ref, logger, clock, position: () => assignments.lowestPosition() })
  const storedState = makeStoredStateLoader(options)

  const make: PartitionAssignmentsOptions['make'] = (lease, history, memory) => {
    if (reader.isLive()) reader.leaveFeed()
    reader.wake()
    return makePartition({
      ...options,
      ...memory,
      lease,
      history,
      storedState,
      readParked: reader.readParked,
      onProgress: () => {
        options.onProgress()
        if (!reader.isLive()) reader.wake()
      },
      onDue: duePoller.pollAt,
    })
  }

  const assignments = makePartitionAssignments({
    ...options,
    make,
    onRemoved: (partition) => reporter.onPartitionEnded(partition),
    onEnded: () => reader.wake(),
  })

  const reader = makeCatchUpReader({
    ...options,
    handler: ref.name,
    assigned: assignments.assigned,
    wanted: () => !assignments.isStopped() && isLeaseValid(),
    onRejected: (why) => {
      for (const partition of assignments.all()) partition.stop({ why })
    },
    onRewound: (rewound) => {
      for (const partition of assignments.all()) partition.onRewound(rewound)
    },
  })

  const duePoller = makeDuePoller({ ...options, store, partitions: assignments.all })

  const reporter = makeMemberReporter({
    ...options,
    partitions: assignments.all,
    isLive: reader.isLive,
    isReaderRetrying: reader.isRetrying,
  })

  return {
    ref,
    heartbeat: (member, leaseTime) => ({
      ...ref,
      member,
      leaseTime,
      // No member works on a stopped handler, but a stop is written under a lease.
      capacity: assignments.compares() ? 1 : assignments.isStopped() ? 0 : options.partitions,
      report: reporter.now(),
    }),
    onHeartbeatAnswer: (answer) => {
      const startedAny = assignments.onHeartbeatAnswer(answer)
      registration.onHeartbeatAnswer(answer)
      // Finds requested actions for parked events. Timers have a timer of their own; when the clock of the store is set
      // forward, they are found here too.
      if (startedAny || duePoller.isScheduled() || assignments.all().some((partition) => partition.parkedLanes() > 0))
        duePoller.pollNow()
      reader.wake()
    },
    onStatus: ({ stops, checkpointResets }) =>
      assignments.onStatus(
        stops.some(({ requestedAction }) => requestedAction !== resumeAction),
        stops.some(isRewind),
        checkpointResets,
      ),
    progress: () => {
      const [first, ...others] = assignments.all()
      if (first === undefined || assignments.assigned.size !== options.partitions) return undefined
      const { history } = first.place()
      if (others.some((partition) => partition.place().history !== history)) return undefined
      return {
        position: others.reduce((least, one) => Math.min(least, one.committedTo()), first.committedTo()),
        history,
        hasParked: first.parkedLanes() > 0 || others.some((one) => one.parkedLanes() > 0),
      }
    },
    isRegistrationLost: registration.isLost,
    localStop: () => {
      const stop = registration.localStop() ?? assignments.localStop()
      return stop === undefined ? undefined : { ...ref, ...stop, role: 'serving' }
    },
    reportRegistrationLost: registration.report,
    stop: async () => {
      const reading = reader.stop()
      await Promise.all([assignments.stop(clampTimeout(options.stopTimeout)), reading, duePoller.stop()])
    },
  }
}
