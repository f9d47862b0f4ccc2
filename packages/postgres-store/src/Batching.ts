/**
 * How appends are grouped. Each number is a cap: appends and characters of JSON in one batch, batches in flight, appends waiting.
 *
 * @category model
 * @since 0.1.0
 */
export interface Batching {
  /** Appends in one batch; 128 when absent. */
  readonly appends: number
  /** Characters of JSON in one batch; 4,000,000 when absent. A single append may be longer. */
  readonly characters: number
  /** Batches in flight; 3 when absent. */
  readonly inFlight: number
  /** Appends waiting; 10,000 when absent. */
  readonly waiting: number
}
