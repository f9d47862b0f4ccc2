import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { either as E } from 'fp-ts'
import { noBlockedLanes } from '../src/internal/partition/BlockedLanes.ts'
import { noGaps } from '../src/internal/partition/CheckpointGaps.ts'
import { type Transitions, transitions } from './partitionModel.ts'
import { property } from './partitionProperty.ts'

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
