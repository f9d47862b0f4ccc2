/**
 * The time until work that a fault has hit succeeded again, where that has a bound. In milliseconds.
 *
 * @category model
 * @since 0.1.0
 */
export interface Recovery {
  readonly of: string
  readonly milliseconds: number
  readonly bound: number
}

/**
 * A fault that struck: its kind, and from when to when it lasted, in the time of {@link now}, and how long its recovery
 * took, if that was measured.
 *
 * @category model
 * @since 0.1.0
 */
export interface FaultSpan {
  readonly kind: string
  readonly from: number
  readonly to: number
  readonly recovery?: Recovery
}
