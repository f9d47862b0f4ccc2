/**
 * The limits of group commit.
 *
 * @category model
 * @since 0.1.0
 */
export interface Batching {
  /** Maximum number of appends in one batch; 128 when absent. */
  readonly appends: number
  /** Maximum number of characters of JSON in one batch; 4,000,000 when absent. A single append may be longer. */
  readonly characters: number
  /** Maximum number of batches in flight; 3 when absent. */
  readonly inFlight: number
  /** Maximum number of waiting appends; 10,000 when absent. */
  readonly waiting: number
}
