import { either as E } from 'fp-ts'
import { defaultRetryStatus } from 'retry-ts'
import type { FailurePolicy, HandlingFailure } from '../FailurePolicy.ts'
import type { Ahead } from './Ahead.ts'
import { nextTry, verdictOn } from './attempting.ts'
import type { Checkpoint } from './Checkpoint.ts'
import type { Delivery } from './Delivery.ts'
import type { Ending } from './Ending.ts'
import type { Held } from './Held.ts'
import type { Lanes } from './Lanes.ts'
import type { Lifespan } from './Lifespan.ts'
import type { Queue } from './Queue.ts'
import type { Recent } from './Recent.ts'
import { firstTry, nothing, type Parking, type Turn, type Work } from './Work.ts'

/** The turns of a partition over events: as many as a batch holds at a time. */
export interface Batches {
  readonly next: () => Promise<Ending | undefined>
  /** Events that were done. */
  readonly handled: () => number
}

export interface BatchesOptions {
  readonly queue: Queue
  readonly lanes: Lanes
  readonly held: Held
  readonly ahead: Ahead
  readonly work: Work
  readonly life: Lifespan
  readonly checkpoint: Checkpoint
  readonly recent: Recent
  readonly policy: FailurePolicy
  readonly batch: number
  readonly fedTo: () => number
}

const samePosition = (deliveries: ReadonlyArray<Delivery>): boolean =>
  deliveries.every(({ event }) => event.position === deliveries[0]?.event.position)

/** A turn takes deliveries from the head of the queue and does all of them, or parks or skips them, or holds their lanes up, before it is committed. */
export const makeBatches = (options: BatchesOptions): Batches => {
  const { queue, lanes, held, ahead, work, life, checkpoint, recent, policy, batch, fedTo } = options
  let handled = 0

  /** The last position before another: a checkpoint stands at an event, or where it stood. */
  const before = (position: number, taken: ReadonlyArray<Delivery>): number =>
    taken.reduce(
      (last, { event }) => (event.position < position ? Math.max(last, event.position) : last),
      checkpoint.takenTo(),
    )

  /** An event of which the commit has failed: as the policy says. When it was its effect that has failed, it is perhaps tried again. */
  const commitWithout = (
    event: ReadonlyArray<Delivery>,
    { within }: Turn,
    why: HandlingFailure,
    position: number,
    parked: ReadonlyArray<Parking>,
  ): Promise<Ending | undefined> => {
    const [first] = event
    const status = within === undefined ? undefined : nextTry(policy, defaultRetryStatus)
    if (status !== undefined) {
      held.take(
        event.map((delivery) => ({ delivery, status })),
        event,
      )
      return checkpoint.commitPlain({ ...nothing, parked }, position)
    }
    const verdict = first === undefined ? 'stop' : verdictOn(policy, why, first.event)
    if (verdict === 'stop') {
      const stop = first === undefined ? { why } : { event: first.event, why }
      return checkpoint.commitPlain({ ...nothing, stop }, checkpoint.takenTo())
    }
    const failed = verdict === 'park' ? event.map((delivery) => ({ delivery, why })) : []
    return checkpoint.commitPlain({ ...nothing, parked: [...failed, ...parked] }, position)
  }

  const next = async (): Promise<Ending | undefined> => {
    const taken = queue.take(batch)
    const [first, last] = [taken[0], taken.at(-1)]
    if (first === undefined || last === undefined) return undefined
    const { open, blocked } = lanes.divide(ahead.undone(taken))
    const free = open.filter(({ lane }) => !held.has(lane))
    const answer =
      free.length === 0 ? E.right(nothing) : await life.insist('a batch of events', () => work.handle(free, firstTry))
    if (life.lost()) {
      // Their effects are done.
      if (E.isRight(answer)) for (const { event } of free) recent.add(event)
      return { _tag: 'Lost' }
    }
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
    const isDone = ({ delivery }: { readonly delivery: Delivery }): boolean => delivery.event.position <= position
    const parked = [...turn.parked, ...blocked].filter(isDone)
    const own = open.filter(({ event }) => event.position <= position)
    const letGo = held.take((turn.held ?? []).filter(isDone), own)
    // Before the commit: when the commit finds that the log went back, the effects of these events are done.
    for (const { event } of done) recent.add(event)
    const failed = await checkpoint.commit({ ...turn, parked }, position)
    if (failed?._tag === 'Failed') {
      letGo()
      if (samePosition(done)) {
        const tried = free.filter(({ event }) => event.position <= position)
        held.take([], own)
        return commitWithout(tried, turn, failed.why, position, blocked.filter(isDone))
      }
      // Undone, all of it: now one by one, to find the one to blame.
      queue.putBackSingly(done)
      return undefined
    }
    if (failed === undefined || failed._tag === 'Stopped') handled += done.filter(({ lane }) => !held.has(lane)).length
    return failed
  }

  return { next, handled: () => handled }
}
