import type { RecordedEvent } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { FailurePolicy, HandlerFailure } from '../../FailurePolicy.ts'
import type { Delivery } from './Delivery.ts'
import type { ParkRequest, SkippedEvent, StopRequest } from './HandlerWorker.ts'
import { type FailedTries, type Interrupted, verdictFor } from './userCode.ts'

// Handles a batch in log order, and applies the failure policy to each event that fails.

/** The stop that the policy decides for an event. */
export interface StopAtEvent extends StopRequest {
  readonly event: RecordedEvent
  readonly why: HandlerFailure
}

/** What the policy has decided for the events of a walk: which are parked or skipped, and where the handler stops. */
export interface Verdicts {
  readonly parked: ReadonlyArray<ParkRequest>
  readonly skipped: ReadonlyArray<SkippedEvent>
  readonly stop?: StopAtEvent
}

/** Decides, event by event, what follows a failure. Everything behind a parked event of its lane is parked. */
const makeVerdicts = (policy: FailurePolicy) => {
  const parked: Array<ParkRequest> = []
  const skipped: Array<SkippedEvent> = []
  /** Most batches park nothing. */
  let blocked: Set<string> | undefined

  return {
    parked,
    skipped,
    parksBehind: (delivery: Delivery): boolean => {
      if (!blocked?.has(delivery.lane)) return false
      parked.push({ delivery, why: 'behind' })
      return true
    },
    /** The stop, when the policy decides so; otherwise the walk goes on behind the event. */
    onFailed: (delivery: Delivery, why: HandlerFailure, tries: number): StopAtEvent | undefined => {
      const { lane, event } = delivery
      const verdict = verdictFor(policy, why, event)
      if (verdict === 'stop') return { event, why, tries }
      if (verdict === 'park') {
        parked.push({ delivery, why, tries })
        blocked ??= new Set()
        blocked.add(lane)
      } else skipped.push({ delivery, why })
      return undefined
    },
  }
}

/** A walk through a batch: the state that its steps have made, and the verdicts. */
export interface LaneWalk<S> extends Verdicts {
  readonly state: S
}

/**
 * Handles the deliveries of a batch in log order, with a step that has no effects but on the state. A failed event is
 * skipped, or parked with everything behind it in its lane, or the walk stops before it. Then the walk is made anew, up
 * to the event: another lane of it may have been handled already, and the checkpoint will be before it.
 */
export const walkLanes = <S>(
  batch: ReadonlyArray<Delivery>,
  policy: FailurePolicy,
  makeState: () => S,
  step: (state: S, delivery: Delivery) => E.Either<HandlerFailure, unknown>,
): LaneWalk<S> => {
  const state = makeState()
  const verdicts = makeVerdicts(policy)
  for (const delivery of batch) {
    if (verdicts.parksBehind(delivery)) continue
    const done = step(state, delivery)
    const stop = E.isLeft(done) ? verdicts.onFailed(delivery, done.left, 1) : undefined
    if (stop === undefined) continue
    const before = batch.filter(({ event }) => event.position < stop.event.position)
    return { stop, ...walkLanes(before, policy, makeState, step) }
  }
  return { state, parked: verdicts.parked, skipped: verdicts.skipped }
}

/** A walk whose steps have effects. It ends at `interruptedAt`, the delivery at which a step was interrupted. */
export interface EffectWalk extends Verdicts {
  readonly interruptedAt?: Delivery
}

/** The same for steps with effects, which cannot be made anew: the walk ends at the event that stops the handler. */
export const walkLanesWithEffects = async (
  batch: ReadonlyArray<Delivery>,
  policy: FailurePolicy,
  step: (delivery: Delivery) => Promise<E.Either<FailedTries | Interrupted, unknown>>,
): Promise<EffectWalk> => {
  const verdicts = makeVerdicts(policy)
  const { parked, skipped } = verdicts
  for (const delivery of batch) {
    if (verdicts.parksBehind(delivery)) continue
    const done = await step(delivery)
    if (E.isRight(done)) continue
    if (done.left._tag === 'Interrupted') return { parked, skipped, interruptedAt: delivery }
    const stop = verdicts.onFailed(delivery, done.left.why, done.left.tries)
    if (stop !== undefined) return { parked, skipped, stop }
  }
  return { parked, skipped }
}
