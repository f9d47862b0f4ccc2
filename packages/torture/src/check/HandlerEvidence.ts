import type { HolderLoss, Sample } from './IdlePeriod.ts'

/**
 * A row that a handler has written for an event, in the order of writing.
 *
 * @category model
 * @since 0.1.0
 */
export interface Note {
  readonly stream: string
  readonly version: number
  readonly position: number
}

/**
 * The counts of a projection for a stream: events, the version of the last, and how many versions did not follow the
 * one before.
 *
 * @category model
 * @since 0.1.0
 */
export interface StreamCount {
  readonly stream: string
  readonly events: number
  readonly version: number
  readonly inversions: number
}

/**
 * How many times the coin of a transfer left an account, and how many times it arrived.
 *
 * @category model
 * @since 0.1.0
 */
export interface Transfer {
  readonly transfer: string
  readonly withdrawn: number
  readonly deposited: number
}

/**
 * An event that a handler has parked instead of handling it, and the reason.
 *
 * @category model
 * @since 0.1.0
 */
export interface Parked {
  readonly handler: string
  readonly stream: string
  readonly position: number
  readonly why: string
}

/**
 * The work of handlers when all of them are quiescent. `looks`: observations of their partitions, in the order of time;
 * `losses`: killed and stopped holders; `restarts`: the times at which the server was up again after a crash;
 * `leaseTime` in milliseconds.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerEvidence {
  readonly notes: ReadonlyArray<Note>
  readonly counts: ReadonlyArray<StreamCount>
  readonly transfers: ReadonlyArray<Transfer>
  readonly parked: ReadonlyArray<Parked>
  readonly samples: ReadonlyArray<Sample>
  readonly losses: ReadonlyArray<HolderLoss>
  readonly restarts: ReadonlyArray<number>
  readonly leaseTime: number
}
