/**
 * A fault that struck: its kind, and from when to when it lasted, in the time of {@link now}.
 *
 * @category model
 * @since 0.1.0
 */
export interface FaultSpan {
  readonly kind: string
  readonly from: number
  readonly to: number
}
