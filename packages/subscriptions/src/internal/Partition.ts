import { setMaxListeners } from 'node:events'
import type { Clock, HandlerDocument, InvalidInput, Lease, Logger, StoreUnavailable } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { HandlingFailure } from '../FailurePolicy.ts'
import { verdictOn } from './attempting.ts'
import { makeBell } from './Bell.ts'
import type { Committer } from './Committer.ts'
import type { Delivery } from './Delivery.ts'
import { makeLanes } from './Lanes.ts'
import type { Plan } from './Plan.ts'
import { partitionOf } from './partitionOf.ts'
import { makeQueue } from './Queue.ts'
import { backoff, sleep } from './sleep.ts'
import { nothing, type Parking, type Turn, type Turned, type Work, type WorkTools } from './Work.ts'

/** Why a partition does no more work: it was given up, or lost; or its handler is to stop. */
export type Ending =
  | { readonly _tag: 'Released' }
  | { readonly _tag: 'Lost' }
  | {
      readonly _tag: 'Stopped'
      readonly position: number
      readonly why: HandlingFailure | InvalidInput | StoreUnavailable
    }

/** A turn that was undone, because its own part of the commit failed. */
interface Failed {
  readonly _tag: 'Failed'
  readonly why: HandlingFailure
}

/** One partition at work: it is fed with deliveries, does them in turns, one after another, and commits each turn before the next. */
export interface Partition {
  readonly number: number
  /** Everything up to here has been fed; what comes next must begin behind it. */
  readonly fedTo: () => number
  /** Everything up to here is done, and what it changed is committed. */
  readonly doneTo: () => number
  readonly handled: () => number
  readonly parkedLanes: () => number
  readonly waiting: () => number
  /** Whether something is being tried again. */
  readonly retrying: () => boolean
  readonly feed: (deliveries: ReadonlyArray<Delivery>, upTo: number) => void
  readonly due: (documents: ReadonlyArray<HandlerDocument>) => void
  /** Looks again whether it may go on. */
  readonly nudge: () => void
  /** Ends after what is under way, with a last commit. */
  readonly end: () => void
  /** What is under way has had its time: it is told to end, and not waited for much longer. */
  readonly hasten: () => void
  /** Ends without a commit, because others hold the partition. */
  readonly drop: () => void
  /** The lease as it stands after the last commit, and why it ended. */
  readonly ended: Promise<{ readonly lease: Lease; readonly ending: Ending }>
}

export interface PartitionOptions {
  readonly plan: Plan
  readonly lease: Lease
  /** Of the whole handler. */
  readonly partitions: number
  readonly committer: Committer
  readonly store: WorkTools['store']
  readonly read: (position: number) => Promise<E.Either<InvalidInput | StoreUnavailable, ReadonlyArray<Delivery>>>
  readonly clock: Clock
  readonly logger: Logger
  /** Whether the lease is surely ours still. */
  readonly safe: () => boolean
  /** Called when there is room for more, and after each commit. */
  readonly onProgress: () => void
  /** Called with the time at which the first of the documents of a commit is due. */
  readonly onDue: (time: number) => void
  /** Milliseconds after which an advance over events that are not ours is committed. */
  readonly idleCommit: number
  readonly batch: number
}

const placeOf = ({ kind, key }: HandlerDocument): string => `${kind}\n${key}`

const samePosition = (deliveries: ReadonlyArray<Delivery>): boolean =>
  deliveries.every(({ event }) => event.position === deliveries[0]?.event.position)

/**
 * The contiguous prefix. A turn takes deliveries from the head of the queue and does all of them, or parks or skips them, before its position is
 * committed. So the checkpoint never passes an event that is not done, and what was done beyond it is part of the same commit, or of none.
 */
export const makePartition = (options: PartitionOptions): Partition => {
  const { plan, committer, clock, logger, batch, safe } = options
  let { lease } = options
  const queue = makeQueue(!plan.laneIsStream)
  const turns: Array<() => Promise<Turned>> = []
  let fedTo = lease.position
  let doneTo = lease.position
  let handled = 0
  let retries = 0
  let busy = false
  let state: 'running' | 'ending' | 'dropped' = 'running'
  /** Since when there is an advance that is not committed, by a clock that does not jump. */
  let behindSince: number | undefined
  const bell = makeBell()
  const abort = new AbortController()
  const ending = new AbortController()
  // As many lanes wait for them as there are.
  setMaxListeners(0, abort.signal, ending.signal)
  /** Documents whose turn is queued already: a later look finds them due still. */
  const queued = new Set<string>()
  const facts = { handler: lease.name, generation: lease.generation, partition: lease.partition }

  const enqueue: WorkTools['enqueue'] = (turn) => {
    turns.push(turn)
    bell.ring()
  }

  const retrying = () => {
    retries++
    return () => {
      retries--
    }
  }

  const lanes = makeLanes({
    ...options,
    partition: lease,
    isOurs: (lane) => partitionOf(lane, options.partitions) === lease.partition,
    enqueue,
  })
  const work: Work = plan.work({
    partition: lease,
    store: options.store,
    signal: abort.signal,
    ending: ending.signal,
    mayBegin: () => state === 'running' && safe(),
    retrying,
    enqueue,
    revision: () => lease.revision,
    logger,
  })

  /** Tries until it succeeds, or until it makes no sense any more. */
  const insist = async <Err extends { readonly _tag: string }, A>(
    what: string,
    question: () => Promise<E.Either<Err | StoreUnavailable, A>>,
  ): Promise<E.Either<Err | StoreUnavailable, A>> => {
    for (let tries = 0; ; tries++) {
      const answer = await question()
      if (E.isRight(answer) || answer.left._tag !== 'StoreUnavailable' || state !== 'running') return answer
      logger.warn(`${what} is tried again`, { ...facts, tries, why: answer.left })
      const done = retrying()
      await sleep(backoff(tries), ending.signal)
      done()
    }
  }

  /** The end that an error makes. A store that is away when we are to end anyway is not waited for: whoever comes next begins at the checkpoint. */
  const endedBy = (why: InvalidInput | StoreUnavailable, position: number): Ending => {
    if (state === 'dropped') return { _tag: 'Lost' }
    if (why._tag === 'StoreUnavailable') return { _tag: 'Released' }
    return { _tag: 'Stopped', position, why }
  }

  /** Commits a turn; what comes back is why the partition ends, or why the turn failed, if so. */
  const commit = async (turn: Turn, position: number): Promise<Ending | Failed | undefined> => {
    const changes = [...turn.changes, ...lanes.park(turn.parked, clock())]
    if (changes.length === 0 && turn.within === undefined && position === lease.position) return undefined
    const { name, generation, partition, epoch, revision } = lease
    const one = { name, generation, partition, epoch, revision, position, changes }
    const outcome = await insist('a commit', () => turn.within?.(one) ?? committer.commit(one))
    if (E.isLeft(outcome)) {
      const { left: why } = outcome
      if (why._tag === 'StoreUnavailable') return endedBy(why, position)
      // What cannot be stored, such as a document that is too large, is the fault of an event.
      return { _tag: 'Failed', why: why._tag === 'InvalidInput' ? { _tag: 'HandlerRefused', error: why } : why }
    }
    if (outcome.right === 'fenced') return { _tag: 'Lost' }
    lease = { ...lease, position, revision: revision + 1 }
    doneTo = Math.max(doneTo, position)
    behindSince = undefined
    lanes.committed(turn.parked)
    work.committed()
    const times = changes.flatMap(({ due }) => (due === undefined ? [] : [due.getTime()]))
    if (times.length > 0) options.onDue(times.reduce((first, time) => Math.min(first, time)))
    options.onProgress()
    return undefined
  }

  /** Commits a turn that cannot fail but for the store. */
  const commitPlain = async (turn: Turn, position: number): Promise<Ending | undefined> => {
    const failed = await commit(turn, position)
    return failed?._tag === 'Failed' ? { _tag: 'Stopped', position, why: failed.why } : failed
  }

  /** The last position before another: a checkpoint stands at an event, or where it stood. */
  const before = (position: number, taken: ReadonlyArray<Delivery>): number =>
    taken.reduce(
      (last, { event }) => (event.position < position ? Math.max(last, event.position) : last),
      lease.position,
    )

  /** An event of which the commit has failed, for good: as the policy says. */
  const commitWithout = (
    event: ReadonlyArray<Delivery>,
    why: HandlingFailure,
    position: number,
    parked: ReadonlyArray<Parking>,
  ): Promise<Ending | undefined> => {
    const [first] = event
    const verdict = first === undefined ? 'stop' : verdictOn(plan.policy, why, first.event)
    if (verdict === 'stop') return Promise.resolve({ _tag: 'Stopped', position, why })
    const failed = verdict === 'park' ? event.map((delivery) => ({ delivery, why })) : []
    return commitPlain({ ...nothing, parked: [...failed, ...parked] }, position)
  }

  const handleNext = async (): Promise<Ending | undefined> => {
    const taken = queue.take(batch)
    const [first, last] = [taken[0], taken.at(-1)]
    if (first === undefined || last === undefined) return undefined
    const { open, blocked } = lanes.divide(taken)
    const answer = open.length === 0 ? E.right(nothing) : await insist('a batch of events', () => work.handle(open))
    if (state === 'dropped') return { _tag: 'Lost' }
    if (E.isLeft(answer)) return endedBy(answer.left, lease.position)
    const turn = answer.right
    const { stop, again = [] } = turn
    const undoneFrom = stop !== undefined ? (stop.position ?? first.event.position) : again[0]?.event.position
    if (stop === undefined && undoneFrom !== undefined) {
      queue.putBack(taken.filter(({ event }) => event.position >= undoneFrom))
    }
    // Nothing waits: then whatever was fed is done.
    const whole = queue.size() === 0 ? fedTo : last.event.position
    const position = undoneFrom === undefined ? whole : before(undoneFrom, taken)
    const done = taken.filter(({ event }) => event.position <= position)
    const isDone = ({ delivery }: Parking): boolean => delivery.event.position <= position
    const parked = [...turn.parked, ...blocked].filter(isDone)
    const failed = await commit({ ...turn, parked }, position)
    if (failed?._tag === 'Failed') {
      if (samePosition(done)) {
        const own = open.filter(({ event }) => event.position <= position)
        return commitWithout(own, failed.why, position, blocked.filter(isDone))
      }
      // Undone, all of it: now one by one, to find the one to blame.
      queue.putBackSingly(done)
      return undefined
    }
    if (failed !== undefined) return failed
    handled += done.length
    return stop === undefined
      ? undefined
      : { _tag: 'Stopped', position: stop.position ?? first.event.position, why: stop.why }
  }

  const doTurn = async (turn: () => Promise<Turned>): Promise<Ending | undefined> => {
    const done = await insist('a turn', turn)
    if (state === 'dropped') return { _tag: 'Lost' }
    if (E.isLeft(done)) return endedBy(done.left, lease.position)
    const { stop, instead } = done.right
    if (stop !== undefined) return { _tag: 'Stopped', position: stop.position ?? lease.position, why: stop.why }
    const failed = await commit(done.right, lease.position)
    if (failed?._tag !== 'Failed') return failed
    const other = instead?.(failed.why)
    return other === undefined
      ? { _tag: 'Stopped', position: lease.position, why: failed.why }
      : commitPlain(other, lease.position)
  }

  const advance = async (): Promise<Ending | undefined> =>
    fedTo > lease.position && queue.size() === 0 ? commitPlain(nothing, fedTo) : undefined

  const canHandle = (): boolean => queue.size() > 0 && !work.full()

  /** Milliseconds until an advance is to be committed, if there is one. */
  const advanceIn = (): number | undefined => {
    if (queue.size() > 0 || fedTo <= lease.position) return undefined
    const now = performance.now()
    behindSince ??= now
    return Math.max(0, behindSince + options.idleCommit - now)
  }

  const step = async (): Promise<Ending | undefined> => {
    if (!safe()) {
      await bell.wait()
      return undefined
    }
    const turn = turns.shift()
    if (turn !== undefined) return doTurn(turn)
    if (canHandle()) return handleNext()
    const wait = advanceIn()
    if (wait === 0) return advance()
    busy = false
    await bell.wait(wait)
    busy = true
    return undefined
  }

  const run = async (): Promise<Ending> => {
    busy = true
    const opened = await insist('opening a partition', async () => {
      const parked = await lanes.open()
      return E.isLeft(parked) ? parked : work.open()
    })
    if (E.isLeft(opened)) return endedBy(opened.left, lease.position)
    while (state === 'running') {
      const ended = await step()
      if (ended !== undefined) return ended
      if (queue.size() === 0 && doneTo < fedTo) {
        doneTo = fedTo
        options.onProgress()
      }
    }
    if (state === 'dropped') return { _tag: 'Lost' }
    // What waits is not begun; an advance that is known costs nothing to keep.
    return (await advance()) ?? { _tag: 'Released' }
  }

  const finish = async () => {
    const ended = await run().catch(
      (cause): Ending => ({
        _tag: 'Stopped',
        position: lease.position,
        // Nothing of ours throws. Should it: nothing stops in silence.
        why: { _tag: 'HandlerThrew', why: String(cause), cause },
      }),
    )
    busy = false
    state = 'dropped'
    ending.abort()
    abort.abort()
    await work.close()
    return { lease, ending: ended }
  }

  return {
    number: lease.partition,
    fedTo: () => fedTo,
    doneTo: () => doneTo,
    handled: () => handled,
    parkedLanes: lanes.count,
    waiting: queue.size,
    retrying: () => retries > 0,
    feed: (deliveries, upTo) => {
      if (state !== 'running') return
      queue.push(deliveries)
      fedTo = Math.max(fedTo, upTo)
      if (queue.size() === 0 && !busy && doneTo < fedTo) {
        doneTo = fedTo
        options.onProgress()
      }
      bell.ring()
    },
    due: (documents) => {
      const fresh = documents.filter((document) => !queued.has(placeOf(document)))
      for (const document of fresh) queued.add(placeOf(document))
      const once = (some: ReadonlyArray<HandlerDocument>, turn: () => Promise<Turned>) =>
        enqueue(async () => {
          const done = await turn()
          for (const document of some) queued.delete(placeOf(document))
          return done
        })
      const timers = fresh.filter(({ kind }) => kind === 'timer')
      if (timers.length > 0) once(timers, () => work.fire(timers))
      for (const document of fresh) if (document.kind === 'parked') once([document], () => lanes.grant(document, work))
    },
    nudge: bell.ring,
    end: () => {
      if (state === 'running') state = 'ending'
      ending.abort()
      bell.ring()
    },
    hasten: () => abort.abort(),
    drop: () => {
      state = 'dropped'
      ending.abort()
      abort.abort()
      bell.ring()
    },
    ended: finish(),
  }
}
