import type { HandlerStore, Logger } from '@foldlog/core'
import type { HandlerRef, Lease } from '@foldlog/core/store'
import { coalesce } from '../async/coalesce.ts'
import { retryUntil } from '../async/retryUntil.ts'
import { runSafely } from '../async/runSafely.ts'

export interface LeaseReleaserOptions {
  readonly ref: HandlerRef
  readonly store: Pick<HandlerStore, 'release'>
  readonly logger: Logger
  /** Fires when no more retries are wanted. */
  readonly signal: AbortSignal
}

/**
 * Releases a lease, together with those that become ready while others are in flight: a process that joins causes many
 * of them at once. Resolves when the lease is released, or when `signal` fires. Until then the heartbeats of this
 * member keep the lease, and no member would work on the partition. A lease that another member owns by now stays
 * there.
 */
export const leaseReleaser = ({
  ref,
  store,
  logger,
  signal,
}: LeaseReleaserOptions): ((lease: Lease) => Promise<void>) =>
  coalesce({
    maxInFlight: 1,
    send: async (leases) => {
      if (signal.aborted) return []
      await retryUntil(() => runSafely(store.release(leases)), {
        signal,
        isRetryable: () => true,
        onRetry: (why, attempts) =>
          logger.warn('leases could not be released, retrying', { handler: ref.name, attempts, why }),
      })
      return []
    },
  })
