import type {
  Clock,
  EventStore,
  HandlerRef,
  HandlerStore,
  Heartbeat,
  HeartbeatAnswer,
  InvalidInput,
  Json,
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
import type { Feed } from './Feed.ts'
import { type Ending, makePartition, type Partition } from './Partition.ts'
import type { Plan } from './Plan.ts'
import { describeFailure } from './parking.ts'
import { partitionOf } from './partitionOf.ts'
import { meets } from './plans.ts'
import { backoff, sleep } from './sleep.ts'

/** A handler of this process, in one generation: its partitions, and the reading for them. */
export interface Member {
  readonly ref: HandlerRef
  readonly beat: (member: string, leaseTime: number) => Heartbeat
  readonly answered: (answer: HeartbeatAnswer) => void
  /** No heartbeat came through for a lease's time: what is not begun is not begun, until one does. */
  readonly suspend: (suspended: boolean) => void
  /** Looks for timers and wishes that are due. */
  readonly look: () => void
  /** How far all partitions of the handler are, when all of them are here. */
  readonly doneTo: () => number | undefined
  readonly flush: () => void
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
  const isMine = meets(plan.filter)
  const bell = makeBell()
  const abort = new AbortController()
  let joined = false
  let suspended = false
  let timer: { readonly at: number; readonly handle: ReturnType<typeof setTimeout> } | undefined
  let looking: Promise<void> = Promise.resolve()
  let before = { handled: 0, at: clock() }
  let gone = 0

  const read = async (
    position: number,
  ): Promise<E.Either<InvalidInput | StoreUnavailable, ReadonlyArray<Delivery>>> => {
    const page = await ask(store.readLog({ after: Math.max(0, position - 1), count: 1 }))
    if (E.isLeft(page)) return page
    return E.right(page.right.events.flatMap((event) => (event.position === position ? plan.deliveries(event) : [])))
  }

  const full = (): boolean => [...partitions.values()].some((partition) => partition.waiting() >= readAhead)

  /** Divides a slice of the log among the partitions. Each passes over what it was fed before. */
  const take = (events: ReadonlyArray<RecordedEvent>, upTo: number): void => {
    const fed = new Map<Partition, Array<Delivery>>()
    for (const partition of partitions.values()) fed.set(partition, [])
    for (const event of events) {
      if (!isMine(event)) continue
      for (const delivery of plan.deliveries(event)) {
        const partition = partitions.get(partitionOf(delivery.lane, options.partitions))
        if (partition !== undefined && event.position > partition.fedTo()) fed.get(partition)?.push(delivery)
      }
    }
    for (const [partition, deliveries] of fed) partition.feed(deliveries, upTo)
  }

  const lowest = (): number => Math.min(...[...partitions.values()].map((partition) => partition.fedTo()))

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

  const catchUp = async (failures: number): Promise<number> => {
    const after = lowest()
    const page = await ask(store.readLog({ after, count: options.pageSize, filter: plan.filter }))
    if (E.isLeft(page)) {
      logger.warn('the log cannot be read, and is tried again', { handler: ref.name, after, failures, why: page.left })
      await sleep(backoff(failures), abort.signal)
      return failures + 1
    }
    // Partitions that were taken over meanwhile begin further back; this page is not for them, and `lowest` brings their own.
    const late = [...partitions.values()].filter((partition) => partition.fedTo() < after)
    if (late.length === 0) {
      take(page.right.events, page.right.position)
      if (page.right.end && partitions.size > 0) joined = feed.join(offer, lowest())
    }
    return 0
  }

  const run = async (): Promise<void> => {
    for (let failures = 0; !abort.signal.aborted; ) {
      if (partitions.size === 0 || joined || suspended || full()) await bell.wait()
      else failures = await catchUp(failures)
    }
  }

  const drop = (partition: Partition) => {
    partitions.delete(partition.number)
    gone += partition.handled()
    partition.drop()
  }

  const begin = (lease: Lease) => {
    const partition = makePartition({
      plan,
      lease,
      committer,
      store,
      read,
      clock,
      logger,
      batch: options.batch,
      idleCommit: options.idleCommit,
      onProgress: () => {
        options.onProgress()
        if (!joined) bell.ring()
      },
      onDue: lookAt,
    })
    partitions.set(lease.partition, partition)
    if (joined) leaveFeed()
    bell.ring()
    const ending = partition.ended.then((last) => ended(partition, last)).finally(() => endings.delete(ending))
    endings.add(ending)
  }

  /** Until it is given up, our own heartbeats keep it: nobody would work on it. */
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
      gone += partition.handled()
    }
    if (ending._tag === 'Stopped') {
      halted.set(partition.number, ending)
      logger.error('a handler has stopped', { ...facts, why: describeStop(ending) })
      // One stops, all stop: the handler does, not a part of it.
      for (const other of partitions.values()) other.end()
    } else if (ending._tag === 'Lost') {
      logger.info('a partition is in other hands', facts)
      options.hurry()
    } else if (halted.size === 0) await giveUp(lease)
    leaving.delete(partition.number)
    bell.ring()
  }

  /** The epoch at which a partition was last begun: a lease is worked on once. */
  const begun = new Map<number, number>()

  const answered = (answer: HeartbeatAnswer): void => {
    if (abort.signal.aborted) return
    leases = new Map(answer.leases.map((lease) => [lease.partition, lease]))
    for (const partition of partitions.values()) if (!leases.has(partition.number)) drop(partition)
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
    for (const partition of [...partitions.values()].slice(0, Math.max(0, answer.surplus - leaving.size))) {
      leaving.add(partition.number)
      partition.end()
    }
    // What somebody wished of a parked event is found here; timers have a time of their own.
    if (fresh || parkedLanes() > 0) look()
  }

  const parkedLanes = (): number =>
    [...partitions.values()].reduce((sum, partition) => sum + partition.parkedLanes(), 0)

  const lookNow = async (): Promise<void> => {
    const own = [...partitions.keys()]
    if (own.length === 0) return
    const due = await ask(store.dueDocuments(ref, own, 500))
    if (E.isLeft(due)) {
      logger.warn('timers cannot be read, and are tried again', { handler: ref.name, why: due.left })
      return
    }
    for (const partition of partitions.values()) {
      const documents = due.right.documents.filter((document) => document.partition === partition.number)
      if (documents.length > 0) partition.due(documents)
    }
    if (due.right.next !== null) lookAt(due.right.next.getTime())
  }

  const look = () => {
    looking = looking.then(lookNow)
  }

  /** Looks again at a time; not at once, should the clock of the store be behind ours. */
  const lookAt = (time: number) => {
    if (timer !== undefined && timer.at <= time) return
    clearTimeout(timer?.handle)
    const again = () => {
      timer = undefined
      look()
    }
    timer = { at: time, handle: setTimeout(again, Math.min(Math.max(25, time - clock()), 60_000)) }
  }

  const report = (): Json => {
    const handled = gone + [...partitions.values()].reduce((sum, partition) => sum + partition.handled(), 0)
    const now = clock()
    const seconds = Math.max(0.001, (now - before.at) / 1_000)
    const rate = Math.round((handled - before.handled) / seconds)
    before = { handled, at: now }
    const [first] = halted.values()
    const state =
      first !== undefined ? 'stopped' : partitions.size === 0 ? 'waiting' : joined ? 'running' : 'catching up'
    return {
      state,
      handled,
      rate,
      parkedLanes: parkedLanes(),
      ...(first === undefined ? undefined : { reason: describeStop(first).slice(0, 2_000), position: first.position }),
    }
  }

  const running = run()

  return {
    ref,
    beat: (member, leaseTime) => ({ ...ref, member, leaseTime, capacity: options.partitions, report: report() }),
    answered,
    suspend: (now) => {
      if (now === suspended) return
      suspended = now
      bell.ring()
    },
    look,
    doneTo: () =>
      partitions.size === options.partitions
        ? Math.min(...[...partitions.values()].map((partition) => partition.doneTo()))
        : undefined,
    flush: () => {
      for (const partition of partitions.values()) partition.flush()
    },
    stop: async () => {
      abort.abort()
      clearTimeout(timer?.handle)
      leaveFeed()
      for (const partition of partitions.values()) partition.end()
      await Promise.all([...endings, running, looking])
      clearTimeout(timer?.handle)
      const released = await ask(store.release([...leases.values()]))
      if (E.isLeft(released)) logger.warn('leases were not given up; they will expire', { ...ref, why: released.left })
    },
  }
}
