import type {
  Clock,
  HandlerDocument,
  HistoryId,
  InvalidInput,
  Lease,
  Logger,
  LogPlace,
  LogRewound,
  StoreUnavailable,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { HandlerRewound, KnownEvent } from '../HandlerRewound.ts'
import { makeAhead } from './Ahead.ts'
import { threw } from './attempting.ts'
import { makeBatches } from './Batches.ts'
import { makeBell } from './Bell.ts'
import { type Kept, makeCheckpoint } from './Checkpoint.ts'
import type { Committer } from './Committer.ts'
import type { Delivery } from './Delivery.ts'
import type { Ending, Halted, Stopped } from './Ending.ts'
import { makeHeld } from './Held.ts'
import type { Inheritance } from './Inheritance.ts'
import { makeLanes } from './Lanes.ts'
import { makeLifespan } from './Lifespan.ts'
import type { Plan } from './Plan.ts'
import { partitionOf } from './partitionOf.ts'
import { makeQueue } from './Queue.ts'
import { makeRecent } from './Recent.ts'
import {
  type HandledPlace,
  inOrder,
  mostLost,
  rewoundBy,
  type VerifiedLog,
  verifyHandled,
  verifyNote,
  withRemembered,
} from './rewinding.ts'
import { stopGone, stopsOf } from './stopping.ts'
import { makeTurns } from './Turns.ts'
import { nothing, type Stop, type Work, type WorkTools } from './Work.ts'

/** The lease after the last commit, why the partition ended, and how far the log was handled. */
export interface Ended extends Kept {
  readonly lease: Lease
  readonly handled: HandledPlace
}

/** One partition at work: it is fed with deliveries, does them in turns, one after another, and commits each turn before the next. */
export interface Partition {
  readonly number: number
  /** Everything up to here has been fed; what comes next must begin behind it. */
  readonly fedTo: () => number
  /** The same as a place: with the history of the log from which the partition got its events. */
  readonly place: () => LogPlace
  /** Everything up to here is done, and what it changed is committed. */
  readonly doneTo: () => number
  /**
   * How far the log was handled, and in which history; until the partition is opened, how far it was handled before.
   * While events are in hand, every event that the partition got counts: whether their effects are done is known only
   * when it is too late.
   */
  readonly handledTo: () => HandledPlace
  readonly handled: () => number
  readonly parkedLanes: () => number
  readonly waiting: () => number
  /** Whether something is being tried again. */
  readonly retrying: () => boolean
  readonly feed: (deliveries: ReadonlyArray<Delivery>, upTo: number, history: HistoryId) => void
  readonly due: (documents: ReadonlyArray<HandlerDocument>) => void
  /** Stops the handler. */
  readonly stop: (stop: Stop) => void
  /**
   * Makes sure that this history of the log has all events that the partition got, and follows this history from now
   * on; stops the handler when it does not have them.
   */
  readonly follow: (history: HistoryId) => Promise<E.Either<InvalidInput | StoreUnavailable, void>>
  /** Stops the handler because the log went back. */
  readonly rewound: (why: LogRewound) => void
  /** Stops the handler because of a throw: what is decided and not committed does not count. */
  readonly broke: (cause: unknown) => void
  /**
   * Stops the handler when this process has handled a place, of another partition, that is no place of the log. Calls
   * `fits` when it is one.
   */
  readonly verify: (place: HandledPlace, fits: () => void) => void
  /** Looks again whether it may go on. */
  readonly nudge: () => void
  /** Ends after what is under way, with a last commit. */
  readonly end: () => void
  /** What is under way has had its time: it is told to end, and not waited for much longer. */
  readonly hasten: () => void
  /** Ends without a commit, because others hold the partition. */
  readonly drop: () => void
  /** Never rejects. */
  readonly ended: Promise<Ended>
}

export interface PartitionOptions {
  readonly plan: Plan
  readonly lease: Lease
  /** The history of the log in which the position of the lease is. */
  readonly history: HistoryId
  /** How far this process has handled the partition before, when the log may have gone back since. */
  readonly previous: HandledPlace | undefined
  /** The last events of the partition that this process has handled under earlier leases, in order. */
  readonly earlier: ReadonlyArray<KnownEvent>
  /** The last events that this process has handled, of whatever partition, in any order. */
  readonly remembered: () => ReadonlyArray<KnownEvent>
  /** Of the whole handler. */
  readonly partitions: number
  readonly committer: Committer
  readonly inheritance: Inheritance
  readonly store: WorkTools['store'] & VerifiedLog
  readonly read: (position: number) => Promise<E.Either<InvalidInput | StoreUnavailable, ReadonlyArray<Delivery>>>
  readonly clock: Clock
  readonly logger: Logger
  /** Whether the lease is surely ours still. */
  readonly safe: () => boolean
  /** Called when there is room for more, and after each commit. */
  readonly onProgress: () => void
  /** Called with the time at which the first of the documents of a commit is due. */
  readonly onDue: (time: number) => void
  /** Milliseconds that a lease lasts without a heartbeat. */
  readonly leaseTime: number
  /** Milliseconds after which an advance over events that are not ours is committed. */
  readonly idleCommit: number
  readonly batch: number
}

/** An ending when it is not to begin. */
type Opened = E.Either<InvalidInput | StoreUnavailable, Halted | Stopped | undefined>

export const makePartition = (options: PartitionOptions): Partition => {
  const { plan, lease, store, logger, safe } = options
  const { name: handler, generation, partition } = lease
  const bell = makeBell()
  const life = makeLifespan(logger, { handler, generation, partition })
  const queue = makeQueue(!plan.laneIsStream)
  const turns = makeTurns(bell.ring)
  const { enqueue } = turns
  let fedTo = lease.position
  let { history } = options
  const recent = makeRecent()
  /** The partition may have been elsewhere in between: what was handled here before that can be lost too. */
  const lastHandled = (): ReadonlyArray<KnownEvent> =>
    options.earlier.length === 0 ? recent.events() : inOrder([...options.earlier, ...recent.events()]).slice(-mostLost)
  let busy = false
  /** Whether it is known that the log has what this process has handled before. */
  let verified = options.previous === undefined

  type Verified = E.Either<InvalidInput | StoreUnavailable, HandlerRewound | undefined>

  const completed = async (found: Verified): Promise<Verified> =>
    E.isLeft(found) || found.right === undefined ? found : withRemembered(store, found.right, options.remembered())
  const verify = async (place: HandledPlace): Promise<Verified> => completed(await verifyHandled(store, place))

  const isOurs = (lane: string): boolean => partitionOf(lane, options.partitions) === partition
  const lanes = makeLanes({ ...options, partition: lease, isOurs, enqueue })
  const ahead = makeAhead({ partition, history: () => history, lastUpTo: recent.lastUpTo })
  const mayBegin = (): boolean => life.runs() && safe()
  const held = makeHeld({ ...options, policy: plan.policy, life, mayBegin, enqueue, work: () => work })
  const checkpoint = makeCheckpoint({
    ...options,
    life,
    lanes,
    held: () => held,
    ahead,
    work: () => work,
    history: () => history,
    rewound: (position) => verify({ position, history, recent: lastHandled() }),
  })
  const work: Work = plan.work({
    partition: lease,
    store,
    signal: life.signal,
    ending: life.ending,
    mayBegin,
    retrying: life.retrying,
    enqueue,
    revision: () => checkpoint.lease().revision,
    logger,
  })
  const batches = makeBatches({
    ...options,
    policy: plan.policy,
    queue,
    lanes,
    held,
    ahead,
    work,
    life,
    checkpoint,
    recent,
    fedTo: () => fedTo,
  })

  const advance = async (): Promise<Ending | undefined> =>
    fedTo > checkpoint.lease().position && queue.size() === 0 ? checkpoint.commitPlain(nothing, fedTo) : undefined

  const step = async (): Promise<Ending | undefined> => {
    if (!safe()) {
      await bell.wait()
      return undefined
    }
    if (turns.waiting()) return turns.next(life, checkpoint)
    if (queue.size() > 0 && !work.full() && !held.full()) return batches.next()
    const wait = queue.size() > 0 ? undefined : checkpoint.advanceIn(fedTo)
    if (wait === 0) return advance()
    busy = false
    await bell.wait(wait)
    busy = true
    return undefined
  }

  /**
   * Why the checkpoint does not fit the log, or what this process has handled before, or what is noted as done beyond the
   * checkpoint.
   */
  const rewoundBefore = async (
    byCheckpoint: HandlerRewound | undefined,
    note: HandledPlace | undefined,
  ): Promise<Verified> => {
    if (byCheckpoint !== undefined) return completed(E.right(byCheckpoint))
    const before = options.previous === undefined ? E.right(undefined) : await verify(options.previous)
    if (E.isLeft(before) || before.right !== undefined || note === undefined) return before
    return completed(await verifyNote(store, note))
  }

  const run = async (): Promise<Ending> => {
    busy = true
    const opened = await life.insist('opening a partition', async (): Promise<Opened> => {
      const found = await options.inheritance.of(lease, options.history)
      if (E.isLeft(found)) return found
      const stops = stopsOf(found.right.stops, partition)
      if (stops.stopped) return E.right({ _tag: 'Halted', rewound: stops.rewound })
      const note = ahead.open(found.right.ahead)
      if (E.isLeft(note)) return note
      const rewound = await rewoundBefore(found.right.rewound, note.right)
      if (E.isLeft(rewound)) return rewound
      if (rewound.right !== undefined) {
        return E.right({ _tag: 'Stopped', position: lease.position, stop: { why: rewound.right } })
      }
      verified = true
      lanes.open(found.right.parked)
      // It was asked to go on.
      if (stops.own) enqueue(async () => E.right({ ...nothing, changes: [stopGone(partition)] }))
      work.open(found.right.commands)
      return E.right(undefined)
    })
    if (E.isLeft(opened)) return life.endedBy(opened.left, checkpoint.lease().position)
    if (opened.right !== undefined) return opened.right
    while (life.runs()) {
      const ended = await step()
      if (ended !== undefined) return ended
      held.attend()
      if (queue.size() === 0) checkpoint.reached(fedTo)
    }
    // Of what is held up the tries that are under way are finished, as what is under way in a batch is.
    await held.close()
    if (life.lost()) return { _tag: 'Lost' }
    while (held.size() > 0 && turns.waiting()) {
      const ended = await turns.next(life, checkpoint)
      if (ended !== undefined) return ended
    }
    // What waits is not begun; an advance that is known costs nothing to keep.
    return (await advance()) ?? { _tag: 'Released' }
  }

  const isIdle = (): boolean => !busy && queue.size() === 0 && held.size() === 0

  /** Also what is done and was not committed, because the partition was lost: its effects are done. */
  const doneHere = (): number => Math.max(checkpoint.doneTo(), recent.events().at(-1)?.position ?? 0)

  const handledTo = (): HandledPlace =>
    verified || options.previous === undefined
      ? { position: isIdle() ? doneHere() : fedTo, history, recent: lastHandled() }
      : options.previous

  /** Turns that wait in the queue are not begun, and never will be. While a lane is held up, events beyond the checkpoint are done. */
  const handledAtEnd = (): HandledPlace => {
    const { position, ...place } = handledTo()
    return { ...place, position: verified ? Math.max(doneHere(), checkpoint.takenTo()) : position }
  }

  /** Code of the runtime should not throw. If it does, the handler stops with the reason, at the last commit. */
  const brokenBy = (cause: unknown): Stopped => ({
    _tag: 'Stopped',
    position: checkpoint.lease().position,
    stop: { why: threw(cause) },
  })

  const finish = async (): Promise<Ended> => {
    const ending = await run().catch(brokenBy)
    const kept =
      ending._tag === 'Stopped'
        ? await checkpoint.keep(ending).catch(() => ({ ending, unkept: true }))
        : { ending, unkept: false }
    busy = false
    life.drop()
    // The partition must not wait for ever for work that was started and throws.
    await Promise.allSettled([work.close(), held.close()])
    return { lease: checkpoint.lease(), handled: handledAtEnd(), ...kept }
  }

  return {
    number: partition,
    fedTo: () => fedTo,
    place: () => ({ position: fedTo, history }),
    doneTo: checkpoint.doneTo,
    handledTo,
    handled: () => batches.handled() + held.handled(),
    parkedLanes: lanes.count,
    waiting: () => queue.size() + held.size(),
    retrying: life.retries,
    feed: (deliveries, upTo, fedIn) => {
      if (!life.runs()) return
      history = fedIn
      queue.push(deliveries)
      fedTo = Math.max(fedTo, upTo)
      if (queue.size() === 0 && !busy) checkpoint.reached(fedTo)
      bell.ring()
    },
    due: (documents) => turns.due(documents, work, lanes),
    stop: (stop) => enqueue(async () => E.right({ ...nothing, stop })),
    follow: async (next) => {
      if (next === history) return E.right(undefined)
      const rewound = await verify({ position: fedTo, history, recent: lastHandled() })
      if (E.isLeft(rewound)) return rewound
      const { right: why } = rewound
      if (why === undefined) history = next
      else enqueue(async () => E.right({ ...nothing, stop: { why } }))
      return E.right(undefined)
    },
    rewound: (why) =>
      enqueue(async () => {
        const stop = await completed(await rewoundBy(store, why, lastHandled()))
        if (E.isLeft(stop)) return stop
        return E.right(stop.right === undefined ? nothing : { ...nothing, stop: { why: stop.right } })
      }),
    broke: (cause) => enqueue(() => Promise.reject(cause)),
    verify: (place, fits) =>
      enqueue(async () => {
        const found = await verify(place)
        if (E.isLeft(found)) return found
        if (found.right !== undefined) return E.right({ ...nothing, stop: { why: found.right } })
        fits()
        return E.right(nothing)
      }),
    nudge: bell.ring,
    end: () => {
      life.end()
      bell.ring()
    },
    hasten: life.hasten,
    drop: () => {
      life.drop()
      bell.ring()
    },
    ended: finish(),
  }
}
