import type { HandlerStore, Logger } from '@foldlog/core'
import type { HandlerRef, Lease } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { runSafely } from '../async/runSafely.ts'
import { backoff, sleep } from '../async/timers.ts'

/**
 * Releases leases. Those that become ready while others are in flight are sent together, in one statement: a process
 * that joins causes many of them at once.
 */
export interface LeaseReleaser {
  /**
   * Resolves when the lease is released, or when `signal` fires. Until then the heartbeats of this member keep the
   * lease, and no member would work on the partition. A lease that another member owns by now stays there.
   */
  readonly release: (lease: Lease) => Promise<void>
}

export interface LeaseReleaserOptions {
  readonly ref: HandlerRef
  readonly store: Pick<HandlerStore, 'release'>
  readonly logger: Logger
  /** Fires when no more retries are wanted. */
  readonly signal: AbortSignal
}

export const makeLeaseReleaser = ({ ref, store, logger, signal }: LeaseReleaserOptions): LeaseReleaser => {
  let waiting: Array<{ readonly lease: Lease; readonly settle: () => void }> = []
  let sending = false

  const send = async (): Promise<void> => {
    sending = true
    // Leases that become ready in the same turn of the event loop are released together.
    await Promise.resolve()
    for (let tries = 0; waiting.length > 0 && !signal.aborted; ) {
      const batch = waiting
      waiting = []
      const released = await runSafely(store.release(batch.map(({ lease }) => lease)))
      if (E.isRight(released)) {
        tries = 0
        for (const { settle } of batch) settle()
        continue
      }
      logger.warn('leases could not be released, retrying', { handler: ref.name, tries, why: released.left })
      waiting = [...batch, ...waiting]
      await sleep(backoff(tries++), signal)
    }
    sending = false
    if (!signal.aborted) return
    for (const { settle } of waiting) settle()
    waiting = []
  }

  return {
    release: (lease) =>
      new Promise((settle) => {
        if (signal.aborted) return settle()
        waiting.push({ lease, settle })
        if (!sending) void send()
      }),
  }
}
