/**
 * Milliseconds that a lease lasts. Shorter than a worker may be stopped for: then its partitions are in other hands when it goes on.
 *
 * @category constants
 * @since 0.1.0
 */
export const leaseTime = 3_000
