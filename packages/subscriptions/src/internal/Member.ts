import type {
  Clock,
  EventStore,
  HandlerRef,
  HandlerStore,
  Heartbeat,
  HeartbeatAnswer,
  InvalidInput,
  Lease,
  Logger,
  LogSlice,
  RecordedEvent,
  StoreUnavailable,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import { ask } from './asking.ts'
import { makeBell } from './Bell.ts'
import type { Committer } from './Committer.ts'
import type { Delivery } from './Delivery.ts'
import { type DueLook, makeDueLook } from './DueLook.ts'
import type { Feed } from './Feed.ts'
import { type Ending, makePartition, type Partition } from './Partition.ts'
import type { Plan } from './Plan.ts'
import { describeFailure } from './parking.ts'
import { partitionOf } from './partitionOf.ts'
import { meets } from './plans.ts'
import { reporter } from './reporting.ts'
import { backoff, sleep, timerMs } from './sleep.ts'

/** A handler of this process, in one generation: its partitions, and the reading for them. */
export interface Member {
  readonly ref: HandlerRef
  readonly beat: (member: string, leaseTime: number) => Heartbeat
  readonly answered: (answer: HeartbeatAnswer) => void
  /** Looks for timers and wishes that are due. */
  readonly look: () => void
  /** How far all partitions of the handler are, when all of them are here. */
  readonly doneTo: () => number | undefined
  readonly stop: () => Promise<void>
}

export interface MemberOptions {
  readonly plan: Plan
  readonly ref: HandlerRef
  /** Of the handler as it was created. */
  readonly partitions: number
  readonly store: Pick<EventStore, 'readLog'> & HandlerStore
  readonly feed: Feed
  readonly committer: Committer
  readonly clock: Clock
  readonly logger: Logger
  readonly pageSize: number
  readonly batch: number
  readonly idleCommit: number
  /** Milliseconds that what is under way gets to end, before it is told to. */
  readonly grace: number
  readonly safe: () => boolean
  readonly onProgress: () => void
  /** Asks for a heartbeat at once. */
  readonly hurry: () => void
}

type Stopped = Extract<Ending, { readonly _tag: 'Stopped' }>

/** Deliveries that may wait in one partition; with more, nothing is read for it. */
const readAhead = 4_000

const describeStop = ({ position, why }: Stopped): string => {
  if (why._tag === 'InvalidInput') return `at position ${position}: ${why.what} ${why.why}`
  if (why._tag === 'StoreUnavailable') return `at position ${position}: ${why.why}`
  return `at position ${position}: ${describeFailure(why)}`
}

export const makeMember = (options: MemberOptions): Member => {
  const { plan, ref, store, feed, committer, clock, logger } = options
  const partitions = new Map<number, Partition>()
  /** All leases, as the last answer had them. */
  let leases: ReadonlyMap<number, Lease> = new Map()
  /** Partitions that are being given up: more than our share. */
  const leaving = new Set<number>()
  const endings = new Set<Promise<void>>()
  /** Partitions that ended because their handler is to stop. Once there is one, all leases are kept, so that no other process runs into the same event. */
  const halted = new Map<number, Stopped>()
  /** The epoch at which a partition was last begun: a lease is worked on once. */
  const begun = new Map<number, number>()
  const isMine = meets(plan.filter)
  const bell = makeBell()
  const abort = new AbortController()
  let joined = false
  let readsAgain = false

  const all = (): ReadonlyArray<Partition> => [...partitions.values()]

  const read = async (
    position: number,
  ): Promise<E.Either<InvalidInput | StoreUnavailable, ReadonlyArray<Delivery>>> => {
    const page = await ask(store.readLog({ after: Math.max(0, position - 1), count: 1 }))
    if (E.isLeft(page)) return page
    return E.right(page.right.events.flatMap((event) => (event.position === position ? plan.deliveries(event) : [])))
  }

  const full = (): boolean => {
    for (const partition of partitions.values()) if (partition.waiting() >= readAhead) return true
    return false
  }

  /** Divides a slice of the log among the partitions. Each passes over what it was fed before. */
  const take = (events: ReadonlyArray<RecordedEvent>, upTo: number): void => {
    const fed = new Map<number, Array<Delivery>>()
    for (const number of partitions.keys()) fed.set(number, [])
    for (const event of events) {
      if (!isMine(event)) continue
      // What is not for us is not decoded, when that can be told before.
      if (plan.laneIsStream && !fed.has(partitionOf(event.stream, options.partitions))) continue
      for (const delivery of plan.deliveries(event)) {
        const number = partitionOf(delivery.lane, options.partitions)
        if (event.position > (partitions.get(number)?.fedTo() ?? Number.POSITIVE_INFINITY))
          fed.get(number)?.push(delivery)
      }
    }
    for (const [number, deliveries] of fed) partitions.get(number)?.feed(deliveries, upTo)
  }

  const lowest = (): number =>
    all().reduce((least, partition) => Math.min(least, partition.fedTo()), Number.POSITIVE_INFINITY)

  const offer = ({ events, position }: LogSlice, after: number): boolean => {
    // A slice that does not begin where we are, or more than we can hold: we read for ourselves.
    if (!joined || partitions.size === 0 || full() || lowest() < after) {
      joined = false
      bell.ring()
      return false
    }
    take(events, position)
    return true
  }

  const leaveFeed = () => {
    joined = false
    feed.leave(offer)
    bell.ring()
  }

  /** One stops, all stop: the handler does, not a part of it. */
  const halt = (number: number, why: Stopped): void => {
    halted.set(number, why)
    logger.error('a handler has stopped', { handler: ref.name, generation: ref.generation, why: describeStop(why) })
    for (const other of partitions.values()) other.end()
  }

  const catchUp = async (failures: number): Promise<number> => {
    const after = lowest()
    const page = await ask(store.readLog({ after, count: options.pageSize, filter: plan.filter }))
    if (E.isLeft(page)) {
      if (page.left._tag === 'InvalidInput') {
        for (const { number } of all()) halt(number, { _tag: 'Stopped', position: after, why: page.left })
        return 0
      }
      readsAgain = true
      logger.warn('the log cannot be read, and is tried again', { handler: ref.name, after, failures, why: page.left })
      await sleep(backoff(failures), abort.signal)
      return failures + 1
    }
    readsAgain = false
    // Partitions that were taken over meanwhile begin further back; this page is not for them, and `lowest` brings their own.
    if (partitions.size > 0 && lowest() >= after) {
      take(page.right.events, page.right.position)
      if (page.right.end) joined = feed.join(offer, lowest())
    }
    return 0
  }

  const run = async (): Promise<void> => {
    for (let failures = 0; !abort.signal.aborted; ) {
      if (partitions.size === 0 || joined || halted.size > 0 || full() || !options.safe()) await bell.wait()
      else failures = await catchUp(failures)
    }
  }

  const drop = (partition: Partition) => {
    partitions.delete(partition.number)
    report.gone(partition)
    partition.drop()
  }

  const begin = (lease: Lease) => {
    const partition = makePartition({
      ...options,
      lease,
      committer,
      read,
      onProgress: () => {
        options.onProgress()
        if (!joined) bell.ring()
      },
      onDue: dueLook.at,
    })
    partitions.set(lease.partition, partition)
    if (joined) leaveFeed()
    bell.ring()
    const ending = partition.ended.then((last) => ended(partition, last)).finally(() => endings.delete(ending))
    endings.add(ending)
  }

  /** Until it is given up, our own heartbeats keep it, and nobody would work on it. What is in other hands by now stays there. */
  const giveUp = async (lease: Lease): Promise<void> => {
    for (let tries = 0; !abort.signal.aborted; tries++) {
      const released = await ask(store.release([lease]))
      if (E.isRight(released)) return
      logger.warn('a lease cannot be given up, and is tried again', { handler: ref.name, tries, why: released.left })
      await sleep(backoff(tries), abort.signal)
    }
  }

  const ended = async (partition: Partition, { lease, ending }: Awaited<Partition['ended']>): Promise<void> => {
    const facts = { handler: ref.name, generation: ref.generation, partition: partition.number }
    if (partitions.get(partition.number) === partition) {
      partitions.delete(partition.number)
      report.gone(partition)
    }
    if (ending._tag === 'Stopped') halt(partition.number, ending)
    else if (ending._tag === 'Lost') logger.info('a partition is in other hands', facts)
    // Also what is lost: should the epoch be ours still, it would stay ours, and nobody would work on it.
    if (ending._tag === 'Lost' || (ending._tag === 'Released' && halted.size === 0)) await giveUp(lease)
    leaving.delete(partition.number)
    if (ending._tag === 'Lost') options.hurry()
    bell.ring()
  }

  const answered = (answer: HeartbeatAnswer): void => {
    if (abort.signal.aborted) return
    leases = new Map(answer.leases.map((lease) => [lease.partition, lease]))
    for (const partition of all()) {
      if (leases.has(partition.number)) partition.nudge()
      else drop(partition)
    }
    // Who has lost what stopped it is as good as new, with all that was kept beside.
    if (halted.size > 0 && [...halted.keys()].every((number) => !leases.has(number))) {
      halted.clear()
      for (const number of leases.keys()) if (!partitions.has(number)) begun.delete(number)
    }
    let fresh = false
    for (const lease of answer.leases) {
      if (begun.get(lease.partition) === lease.epoch) continue
      const running = partitions.get(lease.partition)
      if (running !== undefined) drop(running)
      halted.delete(lease.partition)
      if (halted.size > 0) continue
      begun.set(lease.partition, lease.epoch)
      begin(lease)
      fresh = true
    }
    for (const partition of all().slice(0, Math.max(0, answer.surplus - leaving.size))) {
      leaving.add(partition.number)
      partition.end()
    }
    // What somebody wished of a parked event is found here. Timers have a time of their own; should our clock be behind, they are found here too.
    if (fresh || dueLook.waits() || all().some((partition) => partition.parkedLanes() > 0)) dueLook.now()
    bell.ring()
  }

  const dueLook: DueLook = makeDueLook({ ref, store, clock, logger, partitions: all })

  const report = reporter({
    clock,
    partitions: all,
    joined: () => joined,
    readsAgain: () => readsAgain,
    stopped: () => {
      const [first] = halted.values()
      return first === undefined ? undefined : { position: first.position, reason: describeStop(first) }
    },
  })

  const running = run()

  return {
    ref,
    beat: (member, leaseTime) => ({
      ...ref,
      member,
      leaseTime,
      // A handler that has stopped here takes nothing from those that go on.
      capacity: halted.size > 0 ? Math.max(1, leases.size) : options.partitions,
      report: report.now(),
    }),
    answered,
    look: dueLook.now,
    doneTo: () =>
      partitions.size === options.partitions
        ? all().reduce((least, partition) => Math.min(least, partition.doneTo()), Number.POSITIVE_INFINITY)
        : undefined,
    stop: async () => {
      abort.abort()
      leaveFeed()
      for (const partition of partitions.values()) partition.end()
      const late = setTimeout(() => {
        for (const partition of partitions.values()) partition.hasten()
      }, timerMs(options.grace))
      await Promise.all([...endings, running, dueLook.stop()])
      clearTimeout(late)
      if (leases.size === 0) return
      const released = await ask(store.release([...leases.values()]))
      if (E.isLeft(released)) logger.warn('leases were not given up; they will expire', { ...ref, why: released.left })
    },
  }
}
