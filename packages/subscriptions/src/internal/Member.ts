import type {
  Clock,
  EventStore,
  HandlerGeneration,
  HandlerRef,
  HandlerStore,
  Heartbeat,
  HeartbeatAnswer,
  Logger,
  LogPlace,
  LogTail,
} from '@foldlog/core'
import type { RegistrationLost } from '../RegistrationLost.ts'
import type { Committer } from './Committer.ts'
import { makeDueLook } from './DueLook.ts'
import type { Feed } from './Feed.ts'
import { makeInheritance } from './Inheritance.ts'
import { makeLogReader } from './LogReader.ts'
import type { LocalStop } from './localStops.ts'
import { makePartition } from './Partition.ts'
import type { Plan } from './Plan.ts'
import { registrationLost } from './registrationLost.ts'
import { reporter } from './reporting.ts'
import { timerMs } from './sleep.ts'
import { isRewind, resume } from './stopping.ts'
import { makeTenancy, type TenancyOptions } from './Tenancy.ts'

/** A handler of this process, in one generation: its partitions, and the reading for them. */
export interface Member {
  readonly ref: HandlerRef
  readonly beat: (member: string, leaseTime: number) => Heartbeat
  readonly answered: (answer: HeartbeatAnswer) => void
  /** What the store knows of it, as any process may have changed it. */
  readonly heard: (known: Pick<HandlerGeneration, 'stops' | 'setBacks'>) => void
  /** Looks for timers and wishes that are due. */
  readonly look: () => void
  /**
   * How far all partitions of the handler are, when all of them are here and got their events from one history of the
   * log.
   */
  readonly doneTo: () => LogPlace | undefined
  /** Whether the store no longer knew the generation at the last heartbeat. */
  readonly isLost: () => boolean
  /** Why the handler does nothing in this process, when the store does not know the reason. */
  readonly localStop: () => LocalStop | undefined
  /** Logs once that the registration is lost and is not made again. */
  readonly tellLost: () => void
  readonly stop: () => Promise<void>
}

export interface MemberOptions {
  readonly plan: Plan
  readonly ref: HandlerRef
  /** Of the handler as it was created. */
  readonly partitions: number
  readonly store: Pick<EventStore, 'readLog' | 'findEvents'> & Pick<LogTail, 'verify'> & HandlerStore
  readonly feed: Feed
  readonly committer: Committer
  readonly clock: Clock
  readonly logger: Logger
  readonly pageSize: number
  readonly batch: number
  /** Milliseconds that a lease lasts without a heartbeat. */
  readonly leaseTime: number
  readonly idleCommit: number
  /** Milliseconds that what is under way gets to end, before it is told to. */
  readonly grace: number
  readonly safe: () => boolean
  readonly onProgress: () => void
  /** Asks for a heartbeat at once. */
  readonly hurry: () => void
}

export const makeMember = (options: MemberOptions): Member => {
  const { ref, store, safe, logger, clock } = options
  /** Set since the store no longer knows the generation. */
  let lost: RegistrationLost | undefined
  let lostSince = 0
  let told = false

  const hear = ({ known }: HeartbeatAnswer): void => {
    if (known && told) logger.info('a handler whose registration was lost is registered again', { ...ref })
    if (known) {
      lost = undefined
      told = false
    } else if (lost === undefined) {
      lost = registrationLost(ref, tenancy.reached())
      lostSince = clock()
    }
  }

  const inheritance = makeInheritance({ ref, store, sends: options.plan.sends })

  const make: TenancyOptions['make'] = (lease, history, memory) => {
    if (reader.joined()) reader.leaveFeed()
    reader.nudge()
    return makePartition({
      ...options,
      ...memory,
      lease,
      history,
      inheritance,
      read: reader.read,
      onProgress: () => {
        options.onProgress()
        if (!reader.joined()) reader.nudge()
      },
      onDue: dueLook.at,
    })
  }

  const tenancy = makeTenancy({
    ...options,
    make,
    onGone: (partition) => report.gone(partition),
    hurry: options.hurry,
    onEnded: () => reader.nudge(),
  })

  const reader = makeLogReader({
    ...options,
    handler: ref.name,
    open: tenancy.open,
    wanted: () => !tenancy.stopped() && safe(),
    onRefused: (why) => {
      for (const partition of tenancy.all()) partition.stop({ why })
    },
    onRewound: (rewound) => {
      for (const partition of tenancy.all()) partition.rewound(rewound)
    },
  })

  const dueLook = makeDueLook({ ...options, store, partitions: tenancy.all })

  const report = reporter({
    ...options,
    partitions: tenancy.all,
    joined: reader.joined,
    readsAgain: reader.retries,
  })

  return {
    ref,
    beat: (member, leaseTime) => ({
      ...ref,
      member,
      leaseTime,
      // A handler that is stopped is nobody's to work on, but a stop is written under a lease.
      capacity: tenancy.compares() ? 1 : tenancy.stopped() ? 0 : options.partitions,
      report: report.now(),
    }),
    answered: (answer) => {
      const fresh = tenancy.answered(answer)
      hear(answer)
      // What somebody wished of a parked event is found here. Timers have a time of their own; should the clock of the store be set forward, they are found here too.
      if (fresh || dueLook.waits() || tenancy.all().some((partition) => partition.parkedLanes() > 0)) dueLook.now()
      reader.nudge()
    },
    heard: ({ stops, setBacks }) =>
      tenancy.heard(
        stops.some(({ wish }) => wish !== resume),
        stops.some(isRewind),
        setBacks,
      ),
    look: dueLook.now,
    doneTo: () => {
      const [first, ...others] = tenancy.all()
      if (first === undefined || tenancy.open.size !== options.partitions) return undefined
      const { history } = first.place()
      if (others.some((partition) => partition.place().history !== history)) return undefined
      return { position: others.reduce((least, one) => Math.min(least, one.doneTo()), first.doneTo()), history }
    },
    isLost: () => lost !== undefined,
    localStop: () => {
      if (lost !== undefined && told)
        return { ...ref, partition: 0, position: lost.position ?? 0, reason: lost.why, since: lostSince }
      const trouble = tenancy.trouble()
      return trouble === undefined ? undefined : { ...ref, ...trouble }
    },
    tellLost: () => {
      if (lost === undefined || told) return
      told = true
      logger.error('the registration of a handler is lost; it does nothing', {
        ...ref,
        position: lost.position,
        why: lost.why,
      })
    },
    stop: async () => {
      const reading = reader.stop()
      await Promise.all([tenancy.stop(timerMs(options.grace)), reading, dueLook.stop()])
    },
  }
}
