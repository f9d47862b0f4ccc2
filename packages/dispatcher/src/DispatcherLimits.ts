/**
 * The limits of a dispatcher. Each has a default.
 *
 * @category model
 * @since 0.1.0
 */
export interface DispatcherLimits {
  /** Maximum number of commands decided and appended together; 256 when absent. */
  readonly batchSize: number
  /** Maximum number of commands waiting or in progress, over all streams; 10,000 when absent. */
  readonly maxWaiting: number
  /** Maximum duration of an effectful decision, in milliseconds; 30,000 when absent. */
  readonly effectTimeout: number
}

/**
 * The default limits.
 *
 * @category constants
 * @since 0.1.0
 */
const defaults: DispatcherLimits = { batchSize: 256, maxWaiting: 10_000, effectTimeout: 30_000 }

/**
 * Functions on {@link DispatcherLimits}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const DispatcherLimits = { defaults } as const
