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
export interface Count {
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
 * What handlers have done when all of them have come to rest. `longestIdleMs`: the longest time in which a partition did not move although events waited for it.
 *
 * @category model
 * @since 0.1.0
 */
export interface Handled {
  readonly notes: ReadonlyArray<Note>
  readonly counts: ReadonlyArray<Count>
  readonly transfers: ReadonlyArray<Transfer>
  readonly longestIdleMs: number
}
