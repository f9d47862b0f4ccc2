import type { Handled } from './Handled.ts'

/**
 * How much handlers have done: `effects` counts notes and what projections have counted, `moneyMoved` the coins that have come to an account.
 *
 * @category model
 * @since 0.1.0
 */
export interface Handling {
  readonly effects: number
  readonly moneyMoved: number
  readonly longestIdleMs: number
}

/**
 * No handlers, or nothing done.
 *
 * @category instances
 * @since 0.1.0
 */
const none: Handling = { effects: 0, moneyMoved: 0, longestIdleMs: 0 }

/**
 * What there was to count.
 *
 * @category destructors
 * @since 0.1.0
 */
const of = ({ notes, counts, transfers, longestIdleMs }: Handled): Handling => ({
  effects: counts.reduce((sum, { events }) => sum + events, notes.length),
  moneyMoved: transfers.reduce((sum, { deposited }) => sum + deposited, 0),
  longestIdleMs: Math.round(longestIdleMs),
})

/**
 * Of two rounds together.
 *
 * @category instances
 * @since 0.1.0
 */
const concat = (a: Handling, b: Handling): Handling => ({
  effects: a.effects + b.effects,
  moneyMoved: a.moneyMoved + b.moneyMoved,
  longestIdleMs: Math.max(a.longestIdleMs, b.longestIdleMs),
})

/**
 * Functions on {@link Handling}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Handling = { none, of, concat } as const
