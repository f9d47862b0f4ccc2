import { either as E } from 'fp-ts'
import type { FailurePolicy, HandlingFailure } from '../FailurePolicy.ts'
import { verdictOn } from './attempting.ts'
import type { Checkpoint } from './Checkpoint.ts'
import type { Delivery } from './Delivery.ts'
import type { Ending } from './Ending.ts'
import type { Lanes } from './Lanes.ts'
import type { Lifespan } from './Lifespan.ts'
import type { Queue } from './Queue.ts'
import { nothing, type Parking, type Work } from './Work.ts'

/** The turns of a partition over events: as many as a batch holds at a time. */
export interface Batches {
  readonly next: () => Promise<Ending | undefined>
  /** Events that were done. */
  readonly handled: () => number
}

export interface BatchesOptions {
  readonly queue: Queue
  readonly lanes: Lanes
  readonly work: Work
  readonly life: Lifespan
  readonly checkpoint: Checkpoint
  readonly policy: FailurePolicy
  readonly batch: number
  readonly fedTo: () => number
}

const samePosition = (deliveries: ReadonlyArray<Delivery>): boolean =>
  deliveries.every(({ event }) => event.position === deliveries[0]?.event.position)

/**
 * The contiguous prefix. A turn takes deliveries from the head of the queue and does all of them, or parks or skips them, before its position is
 * committed. So the checkpoint never passes an event that is not done, and what was done beyond it is part of the same commit, or of none.
 */
export const makeBatches = (options: BatchesOptions): Batches => {
  const { queue, lanes, work, life, checkpoint, policy, batch, fedTo } = options
  let handled = 0

  /** The last position before another: a checkpoint stands at an event, or where it stood. */
  const before = (position: number, taken: ReadonlyArray<Delivery>): number =>
    taken.reduce(
      (last, { event }) => (event.position < position ? Math.max(last, event.position) : last),
      checkpoint.lease().position,
    )

  /** An event of which the commit has failed, for good: as the policy says. */
  const commitWithout = (
    event: ReadonlyArray<Delivery>,
    why: HandlingFailure,
    position: number,
    parked: ReadonlyArray<Parking>,
  ): Promise<Ending | undefined> => {
    const [first] = event
    const verdict = first === undefined ? 'stop' : verdictOn(policy, why, first.event)
    if (verdict === 'stop') {
      const stop = first === undefined ? { why } : { event: first.event, why }
      return checkpoint.commitPlain({ ...nothing, stop }, checkpoint.lease().position)
    }
    const failed = verdict === 'park' ? event.map((delivery) => ({ delivery, why })) : []
    return checkpoint.commitPlain({ ...nothing, parked: [...failed, ...parked] }, position)
  }

  const next = async (): Promise<Ending | undefined> => {
    const taken = queue.take(batch)
    const [first, last] = [taken[0], taken.at(-1)]
    if (first === undefined || last === undefined) return undefined
    const { open, blocked } = lanes.divide(taken)
    const answer =
      open.length === 0 ? E.right(nothing) : await life.insist('a batch of events', () => work.handle(open))
    if (life.lost()) return { _tag: 'Lost' }
    if (E.isLeft(answer)) return life.endedBy(answer.left, checkpoint.lease().position)
    const turn = answer.right
    const { stop, again = [] } = turn
    const undoneFrom = stop !== undefined ? (stop.event ?? first.event).position : again[0]?.event.position
    if (undoneFrom !== undefined) {
      queue.putBack(taken.filter(({ event }) => event.position >= undoneFrom))
    }
    // Nothing waits: then whatever was fed is done.
    const whole = queue.size() === 0 ? fedTo() : last.event.position
    const position = undoneFrom === undefined ? whole : before(undoneFrom, taken)
    const done = taken.filter(({ event }) => event.position <= position)
    const isDone = ({ delivery }: Parking): boolean => delivery.event.position <= position
    const parked = [...turn.parked, ...blocked].filter(isDone)
    const failed = await checkpoint.commit({ ...turn, parked }, position)
    if (failed?._tag === 'Failed') {
      if (samePosition(done)) {
        const own = open.filter(({ event }) => event.position <= position)
        return commitWithout(own, failed.why, position, blocked.filter(isDone))
      }
      // Undone, all of it: now one by one, to find the one to blame.
      queue.putBackSingly(done)
      return undefined
    }
    if (failed === undefined || failed._tag === 'Stopped') handled += done.length
    return failed
  }

  return { next, handled: () => handled }
}
