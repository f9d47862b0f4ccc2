/**
 * The position of a handler before a rewind of the log, and whether the handler stopped because of it. `position` is
 * the furthest checkpoint of its partitions.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerAtRewind {
  readonly name: string
  readonly position: number
  readonly stopped: boolean
}

/**
 * One rewind of the log. Events that were written from `from` to `to` (in the time of {@link now}) may be lost.
 * `common` is the last position that the log kept.
 *
 * @category model
 * @since 0.1.0
 */
export interface Rewind {
  readonly how: string
  readonly from: number
  readonly to: number
  readonly common: number
  readonly handlers: ReadonlyArray<HandlerAtRewind>
}
