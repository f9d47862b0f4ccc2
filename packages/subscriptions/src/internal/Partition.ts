import type { Clock, HandlerDocument, InvalidInput, Lease, Logger, StoreUnavailable } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { HandlingFailure } from '../FailurePolicy.ts'
import { makeBell } from './Bell.ts'
import type { Committer } from './Committer.ts'
import type { Delivery } from './Delivery.ts'
import { makeLanes } from './Lanes.ts'
import type { Plan } from './Plan.ts'
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

const placeOf = ({ kind, key }: HandlerDocument): string => `${kind}\n${key}`

/** A turn that was undone, because its own part of the commit failed. */
interface Failed {
  readonly _tag: 'Failed'
  readonly why: HandlingFailure
}

const isFrom =
  (first: Delivery | undefined) =>
  ({ event }: Delivery): boolean =>
    first !== undefined && event.position >= first.event.position

/** One partition at work: it is fed with deliveries, does them in turns, one after another, and commits each turn before the next. */
export interface Partition {
  readonly number: number
  /** Everything up to here has been fed; what comes next must begin behind it. */
  readonly fedTo: () => number
  /** Everything up to here is done, committed or about to be. */
  readonly doneTo: () => number
  readonly committedTo: () => number
  readonly handled: () => number
  readonly parkedLanes: () => number
  readonly waiting: () => number
  readonly busy: () => boolean
  readonly feed: (deliveries: ReadonlyArray<Delivery>, upTo: number) => void
  readonly due: (documents: ReadonlyArray<HandlerDocument>) => void
  /** Commits an advance that nobody waits for otherwise, at once. */
  readonly flush: () => void
  /** Ends after the turn under way, with a last commit; `drop` without one, because others hold the partition. */
  readonly end: () => void
  readonly drop: () => void
  /** The lease as it stands after the last commit, and why it ended. */
  readonly ended: Promise<{ readonly lease: Lease; readonly ending: Ending }>
}

export interface PartitionOptions {
  readonly plan: Plan
  readonly lease: Lease
  readonly committer: Committer
  readonly store: WorkTools['store']
  readonly read: (position: number) => Promise<E.Either<InvalidInput | StoreUnavailable, ReadonlyArray<Delivery>>>
  readonly clock: Clock
  readonly logger: Logger
  /** Called when there is room for more, and after each commit. */
  readonly onProgress: () => void
  /** Called with the time at which the first of the documents of a commit is due. */
  readonly onDue: (time: number) => void
  /** Milliseconds after which an advance over events that are not ours is committed. */
  readonly idleCommit: number
  readonly batch: number
}

/**
 * The contiguous prefix. A turn takes deliveries from the head of the queue and does all of them, or parks or skips them, before its position is
 * committed. So the checkpoint never passes an event that is not done, and what was done beyond it is part of the same commit, or of none.
 */
export const makePartition = (options: PartitionOptions): Partition => {
  const { plan, committer, clock, logger, batch } = options
  let { lease } = options
  let queue: Array<Delivery> = []
  const turns: Array<() => Promise<Turned>> = []
  let fedTo = lease.position
  let doneTo = lease.position
  let handled = 0
  let busy = false
  let state: 'running' | 'ending' | 'dropped' = 'running'
  let flushing = false
  /** How many deliveries are to be taken one event at a time. */
  let oneByOne = 0
  const bell = makeBell()
  const abort = new AbortController()
  /** Documents whose turn is queued already: a later look finds them due still. */
  const queued = new Set<string>()
  const facts = { handler: lease.name, generation: lease.generation, partition: lease.partition }

  const enqueue: WorkTools['enqueue'] = (turn) => {
    turns.push(turn)
    bell.ring()
  }
  const lanes = makeLanes({ ...options, partition: lease, enqueue })
  const work: Work = plan.work({
    partition: lease,
    store: options.store,
    signal: abort.signal,
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
      if (E.isRight(answer) || answer.left._tag !== 'StoreUnavailable' || state === 'dropped') return answer
      logger.warn(`${what} is tried again`, { ...facts, tries, why: answer.left })
      await sleep(backoff(tries), abort.signal)
    }
  }

  /** Commits a turn; what comes back is why the partition ends, or why the turn failed, if so. */
  const commit = async (turn: Turn, position: number): Promise<Ending | Failed | undefined> => {
    const changes = [...turn.changes, ...lanes.park(turn.parked, clock())]
    const { name, generation, partition, epoch, revision } = lease
    const one = { name, generation, partition, epoch, revision, position, changes }
    const outcome = await insist('a commit', () => turn.within?.(one) ?? committer.commit(one))
    if (E.isLeft(outcome)) {
      const { left: why } = outcome
      if (state === 'dropped') return { _tag: 'Lost' }
      return why._tag === 'InvalidInput' || why._tag === 'StoreUnavailable'
        ? { _tag: 'Stopped', position, why }
        : { _tag: 'Failed', why }
    }
    if (outcome.right === 'fenced') return { _tag: 'Lost' }
    lease = { ...lease, position, revision: revision + 1 }
    doneTo = Math.max(doneTo, position)
    lanes.committed(turn.parked)
    work.committed()
    const times = changes.flatMap(({ due }) => (due === undefined ? [] : [due.getTime()]))
    if (times.length > 0) options.onDue(times.reduce((first, time) => Math.min(first, time)))
    options.onProgress()
    return undefined
  }

  /** Commits a turn that cannot fail but for the store. */
  const commitPlain = async (turn: Turn, position: number): Promise<Ending | undefined> => {
    const ending = await commit(turn, position)
    return ending?._tag === 'Failed' ? { _tag: 'Stopped', position, why: ending.why } : ending
  }

  /** Takes a batch off the queue, never part of an event only: a checkpoint stands between events. */
  const take = (): ReadonlyArray<Delivery> => {
    let end = Math.min(oneByOne > 0 ? 1 : batch, queue.length)
    while (end < queue.length && queue[end]?.event.position === queue[end - 1]?.event.position) end++
    const taken = queue.slice(0, end)
    queue = queue.slice(end)
    oneByOne = Math.max(0, oneByOne - taken.length)
    return taken
  }

  const before = ({ event }: Delivery, taken: ReadonlyArray<Delivery>): number =>
    taken.reduce(
      (last, other) => (other.event.position < event.position ? Math.max(last, other.event.position) : last),
      lease.position,
    )

  /** A turn of one event whose own part has failed, for good: what is to be done without it. */
  const commitInstead = async (
    turn: Turn,
    why: HandlingFailure,
    position: number,
    parked: ReadonlyArray<Parking>,
  ): Promise<Ending | undefined> => {
    const other = turn.instead?.(why) ?? nothing
    if (other.stop !== undefined) return { _tag: 'Stopped', position: other.stop.delivery.event.position, why }
    return commitPlain({ changes: other.changes, parked: [...other.parked, ...parked] }, position)
  }

  const handleNext = async (): Promise<Ending | undefined> => {
    const taken = take()
    const last = taken.at(-1)
    if (last === undefined) return undefined
    const { open, blocked } = lanes.divide(taken)
    const answer = open.length === 0 ? E.right(nothing) : await insist('a batch of events', () => work.handle(open))
    if (state === 'dropped') return { _tag: 'Lost' }
    if (E.isLeft(answer)) return { _tag: 'Stopped', position: lease.position, why: answer.left }
    const turn = answer.right
    const { stop, again = [] } = turn
    const undone = stop?.delivery ?? again[0]
    if (again.length > 0) queue = [...taken.filter(isFrom(again[0])), ...queue]
    // Nothing waits: then whatever was fed is done.
    const position = undone !== undefined ? before(undone, taken) : queue.length === 0 ? fedTo : last.event.position
    const parked = [...turn.parked, ...blocked].filter(({ delivery }) => delivery.event.position <= position)
    const ending = await commit({ ...turn, parked }, position)
    if (ending?._tag === 'Failed') {
      const done = taken.filter(({ event }) => event.position <= position)
      if (done.every(({ event }) => event.position === done[0]?.event.position)) {
        return commitInstead(turn, ending.why, position, parked)
      }
      // Undone, all of it: now one by one, to find the one to blame.
      queue = [...done, ...queue]
      oneByOne = done.length
      return undefined
    }
    if (ending !== undefined) return ending
    handled += taken.filter(({ event }) => event.position <= position).length
    return stop === undefined ? undefined : { _tag: 'Stopped', position: stop.delivery.event.position, why: stop.why }
  }

  const doTurn = async (turn: () => Promise<Turned>): Promise<Ending | undefined> => {
    const done = await insist('a turn', turn)
    if (state === 'dropped') return { _tag: 'Lost' }
    if (E.isLeft(done)) return { _tag: 'Stopped', position: lease.position, why: done.left }
    if (done.right.stop !== undefined) {
      return { _tag: 'Stopped', position: done.right.stop.delivery.event.position, why: done.right.stop.why }
    }
    if (done.right.changes.length === 0 && done.right.parked.length === 0) return undefined
    const ending = await commit(done.right, lease.position)
    return ending?._tag === 'Failed' ? commitInstead(done.right, ending.why, lease.position, []) : ending
  }

  const advance = async (): Promise<Ending | undefined> => {
    flushing = false
    return fedTo > lease.position && queue.length === 0 ? commitPlain(nothing, fedTo) : undefined
  }

  const step = async (): Promise<Ending | undefined> => {
    const turn = turns.shift()
    if (turn !== undefined) return doTurn(turn)
    if (queue.length > 0) return handleNext()
    return flushing ? advance() : undefined
  }

  const idle = async (): Promise<void> => {
    const behind = fedTo > lease.position
    busy = false
    await bell.wait(behind ? options.idleCommit : undefined)
    if (behind && queue.length === 0 && turns.length === 0) flushing = true
    busy = true
  }

  const run = async (): Promise<Ending> => {
    busy = true
    const opened = await insist('opening a partition', async () => {
      const parked = await lanes.open()
      return E.isLeft(parked) ? parked : work.open()
    })
    if (E.isLeft(opened) && state !== 'dropped') return { _tag: 'Stopped', position: lease.position, why: opened.left }
    while (state === 'running') {
      const ending = await step()
      if (ending !== undefined) return ending
      if (queue.length === 0) {
        doneTo = fedTo
        options.onProgress()
      }
      if (state === 'running' && queue.length === 0 && turns.length === 0 && !flushing) await idle()
    }
    if (state === 'dropped') return { _tag: 'Lost' }
    // What waits is not begun; an advance that is known costs nothing to keep.
    return (await advance()) ?? { _tag: 'Released' }
  }

  const finish = async () => {
    const ending = await run().catch(
      (cause): Ending => ({
        _tag: 'Stopped',
        position: lease.position,
        // Nothing of ours throws. Should it: nothing stops in silence.
        why: { _tag: 'HandlerThrew', why: String(cause), cause },
      }),
    )
    busy = false
    state = 'dropped'
    abort.abort()
    await work.close()
    return { lease, ending }
  }

  return {
    number: lease.partition,
    fedTo: () => fedTo,
    doneTo: () => doneTo,
    committedTo: () => lease.position,
    handled: () => handled,
    parkedLanes: lanes.count,
    waiting: () => queue.length,
    busy: () => busy,
    feed: (deliveries, upTo) => {
      if (state !== 'running') return
      for (const delivery of deliveries) queue.push(delivery)
      fedTo = Math.max(fedTo, upTo)
      if (queue.length === 0 && !busy) doneTo = fedTo
      if (deliveries.length > 0 || fedTo > lease.position) bell.ring()
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
    flush: () => {
      flushing = true
      bell.ring()
    },
    end: () => {
      if (state === 'running') state = 'ending'
      bell.ring()
    },
    drop: () => {
      state = 'dropped'
      abort.abort()
      bell.ring()
    },
    ended: finish(),
  }
}
