import type { FaultSpan } from '../FaultSpan.ts'
import { causeOf } from './causeOf.ts'
import type { HandlerEvidence } from './HandlerEvidence.ts'
import { IdlePeriod } from './IdlePeriod.ts'

/**
 * The amount of work of handlers: `effects` counts records and counts of projections, `moneyMoved` the coins that
 * arrived. `longestIdleMs`: the longest time in milliseconds in which a partition did not move although events waited
 * for it, with the partition and the fault that covers most of that time.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerTotals {
  readonly effects: number
  readonly moneyMoved: number
  readonly longestIdleMs: number
  readonly longestIdleOf: string
  readonly longestIdleCause: string
}

/**
 * The totals of no handlers, or of no work.
 *
 * @category instances
 * @since 0.1.0
 */
const none: HandlerTotals = { effects: 0, moneyMoved: 0, longestIdleMs: 0, longestIdleOf: '', longestIdleCause: '' }

/**
 * The totals of the evidence of a round.
 *
 * @category destructors
 * @since 0.1.0
 */
const of = (
  { notes, counts, transfers }: HandlerEvidence,
  idle: ReadonlyArray<IdlePeriod>,
  faults: ReadonlyArray<FaultSpan>,
): HandlerTotals => {
  const longest = IdlePeriod.longest(idle)
  return {
    effects: counts.reduce((sum, { events }) => sum + events, notes.length),
    moneyMoved: transfers.reduce((sum, { deposited }) => sum + deposited, 0),
    longestIdleMs: Math.round(longest?.milliseconds ?? 0),
    longestIdleOf: longest === undefined ? '' : IdlePeriod.describe(longest),
    longestIdleCause: longest === undefined ? '' : causeOf(longest.from, longest.to, faults),
  }
}

/**
 * The sum of the totals of two rounds.
 *
 * @category instances
 * @since 0.1.0
 */
const concat = (a: HandlerTotals, b: HandlerTotals): HandlerTotals => ({
  ...(b.longestIdleMs > a.longestIdleMs ? b : a),
  effects: a.effects + b.effects,
  moneyMoved: a.moneyMoved + b.moneyMoved,
})

/**
 * Functions on {@link HandlerTotals}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const HandlerTotals = { none, of, concat } as const
