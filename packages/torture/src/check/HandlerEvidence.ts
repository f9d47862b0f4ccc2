import type { HolderLoss, Sample } from './IdlePeriod.ts'

/**
 * A note that a handler has written of an event, in the order of writing.
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
 * What a projection has counted of a stream: events, the version of the last, and how often a version was not behind the one before.
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
 * How often the coin of a transfer left an account, and how often it came to one.
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
 * An event that a handler has parked instead of handling it, and why.
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
 * What handlers have done when all of them have come to rest. `looks`: how their partitions stood meanwhile, in the order of time; `losses`: which of those who
 * held them were killed and stopped; `restarts`: when the server was there again after a crash; `leaseTime` in milliseconds.
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
