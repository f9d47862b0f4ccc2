import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { either as E } from 'fp-ts'
import { noBlockedLanes } from '../src/internal/partition/BlockedLanes.ts'
import { noGaps } from '../src/internal/partition/CheckpointGaps.ts'
import { type PlannedEvent, type PlannedStep, runPartition, type Transitions, transitions } from './partitionModel.ts'

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

const property = (own: Transitions) =>
  fc.property(events, fc.array(step, { maxLength: 30 }), (plan, steps) => {
    expect(runPartition(plan, steps, own)).toEqual([])
  })

/** Transitions with one fault each. */
const faults: Readonly<Record<string, Partial<Transitions>>> = {
  'a batch runs events of blocked lanes': {
    takeBatch: (state, taken) => transitions.takeBatch({ ...state, blocked: noBlockedLanes }, taken),
  },
  'a batch runs events of retrying lanes': {
    takeBatch: (state, taken) => transitions.takeBatch({ ...state, retrying: new Map() }, taken),
  },
  'a batch forgets its retries': {
    settleBatch: (state, batch, { retries: _, ...unit }, whole) => transitions.settleBatch(state, batch, unit, whole),
  },
  'a batch forgets what waits behind a retry': {
    settleBatch: (state, batch, unit, whole) =>
      transitions.settleBatch(state, { ...batch, unblocked: batch.run }, unit, whole),
  },
  'a batch forgets what waits behind a parked event': {
    settleBatch: (state, batch, unit, whole) => transitions.settleBatch(state, { ...batch, behind: [] }, unit, whole),
  },
  'a batch that ended early counts as whole': {
    settleBatch: (state, batch, { unfinished: _, ...unit }, whole) =>
      transitions.settleBatch(state, batch, unit, whole),
  },
  'a rejected batch is skipped': {
    rejectBatch: (state, _, { next: { takenTo } }) => ({
      unit: { changes: [], parked: [] },
      next: { ...state, takenTo },
    }),
  },
  'a retry that parks its event forgets what waits behind it': {
    settleRetry: (state, lane, tries, unit, policy) => {
      const settled = transitions.settleRetry(state, lane, tries, unit, policy)
      return { ...settled, unit: { ...settled.unit, parked: unit.parked } }
    },
  },
  'a retry passes its first event': {
    settleRetry: (state, lane, tries, { retries: _, ...unit }, policy) =>
      transitions.settleRetry(state, lane, tries, unit, policy),
  },
  'a rejected retry is done': {
    settleRetry: (state, lane, tries, unit, policy) => {
      const settled = transitions.settleRetry(state, lane, tries, unit, policy)
      return { ...settled, onCommitRejected: () => settled }
    },
  },
  'the checkpoint passes retrying events': {
    prepareCommit: (transition, ...rest) => {
      const { retrying } = transition.next
      const next = { ...transition.next, retrying: new Map() }
      const { commit, next: after } = transitions.prepareCommit({ ...transition, next }, ...rest)
      return { commit, next: { ...after, retrying } }
    },
  },
  'the gaps are not stored': {
    prepareCommit: (...args) => {
      const { commit, next } = transitions.prepareCommit(...args)
      const isOther = ({ kind }: { readonly kind: string }) => kind !== 'gaps'
      return { commit: commit && { ...commit, changes: commit.changes.filter(isOther) }, next }
    },
  },
  'what an earlier owner has left is forgotten': {
    prepareCommit: ({ next, ...transition }, ...rest) => {
      const gaps = { ...next.gaps, lanes: new Map() }
      return transitions.prepareCommit({ ...transition, next: { ...next, gaps } }, ...rest)
    },
  },
  'a parked event that is taken up does not wait for its lanes that are retrying': {
    unparkingOf: (state, ...rest) => transitions.unparkingOf({ ...state, retrying: new Map() }, ...rest),
  },
  'a parked event that is taken up does not wait for what an earlier owner has left': {
    unparkingOf: (state, ...rest) => transitions.unparkingOf({ ...state, takenTo: Number.MAX_SAFE_INTEGER }, ...rest),
  },
  'a parked event that is taken up passes what is parked in its lanes': {
    unparkingOf: (state, ...rest) => transitions.unparkingOf({ ...state, blocked: noBlockedLanes }, ...rest),
  },
  'a parked event that fails again leaves its lane': {
    settleUnparking: (state, batch, { parked: _, ...unit }) =>
      transitions.settleUnparking(state, batch, { ...unit, parked: [] }),
  },
  'a parked event that is to be retried leaves its lane': {
    settleUnparking: (state, batch, { retries: _, ...unit }) => transitions.settleUnparking(state, batch, unit),
  },
  'a new owner lets an event wait for those that are parked behind it': {
    takeBatch: (state, taken) => {
      const buckets = state.blocked.buckets.map(
        (bucket) => bucket && new Map([...bucket].map(([lane, parked]) => [lane, { ...parked, first: 0 }])),
      )
      return transitions.takeBatch({ ...state, blocked: { ...state.blocked, buckets } }, taken)
    },
  },
  'a new owner does not know the gaps': { restoreGaps: () => E.right(noGaps) },
  'a new owner takes all below the gaps for done': {
    restoreGaps: (document) =>
      E.map((gaps: typeof noGaps) => ({ ...gaps, lanes: new Map() }))(transitions.restoreGaps(document)),
  },
}

describe('the transitions of a partition', () => {
  it('keep its promises in any order of what may happen', () => {
    void fc.assert(property(transitions), { numRuns: 1_000 })
  })

  it.each(Object.keys(faults))('would break them if %s', (fault) => {
    // With a seed, so that the fault is found every time.
    const found = fc.check(property({ ...transitions, ...faults[fault] }), {
      seed: 1,
      numRuns: 5_000,
      endOnFailure: true,
    })
    expect(found).toMatchObject({ failed: true })
  })
})
