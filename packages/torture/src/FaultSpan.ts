/**
 * The time in milliseconds until work that a fault has hit succeeded again, for faults with a bound.
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
 * A fault that struck: its kind, its start and end in the time of {@link now}, and how long its recovery took, if that
 * was measured.
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
