import { expect } from '@jest/globals'
import * as fc from 'fast-check'
import { type PlannedEvent, type PlannedStep, runPartition, type Transitions } from './partitionModel.ts'

/**
 * The transitions of a partition keep its promises, whatever the order of batches, failures, retries, rejected and
 * fenced commits, and takeovers:
 *
 * - Each lane is handled in the order of its stream, and nothing behind a parked event is handled.
 * - A parked event that is taken up again waits for what is retrying in its lanes, and repeats no lane that is done.
 * - The checkpoint is never beyond an event that is not done; with the gaps document it says exactly what is done.
 * - After a takeover every event that is not done is handed out once, and no other.
 * - In the end every event is done: each of its lanes is handled, or skipped as the policy says.
 */
const event = (lanesOf: number): fc.Arbitrary<PlannedEvent> =>
  fc.record({
    stream: fc.constantFrom('stream-1', 'stream-2', 'stream-3'),
    lanes: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: lanesOf }),
    undecodable: fc.nat(9).map((n) => n === 0),
    failures: fc.constantFrom(0, 0, 0, 0, 1, 2, 5),
    verdict: fc.constantFrom('park', 'park', 'skip', 'stop'),
  })

const events = fc.constantFrom(1, 2).chain((lanesOf) => fc.array(event(lanesOf), { minLength: 1, maxLength: 16 }))

const outcome = fc.constantFrom('written', 'written', 'written', 'rejected', 'fenced')

const step: fc.Arbitrary<PlannedStep> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      op: fc.constant('batch' as const),
      size: fc.integer({ min: 1, max: 7 }),
      drainsAt: fc.oneof(
        { weight: 4, arbitrary: fc.constant(100) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 20 }) },
      ),
      outcome,
      inTransaction: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('retry' as const), which: fc.nat(5), outcome }) },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('unpark' as const),
      which: fc.nat(5),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('takeover' as const) }) },
)

export const property = (own: Transitions) =>
  fc.property(events, fc.array(step, { maxLength: 30 }), (plan, steps) => {
    expect(runPartition(plan, steps, own)).toEqual([])
  })
