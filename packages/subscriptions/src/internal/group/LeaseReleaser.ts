import type { HandlerRef, HandlerStore, Lease, Logger } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { runSafely } from '../async/runSafely.ts'
import { backoff, sleep } from '../async/timers.ts'

/** Gives leases up. Those that are ready while others are on their way leave together, in one statement: a process that joins makes many of them at once. */
export interface LeaseReleaser {
  /**
   * Ends when the lease is given up, or when nobody waits for it any more. Until then our own heartbeats keep it, and nobody would work on it. What is in other hands by now stays
   * there.
   */
  readonly release: (lease: Lease) => Promise<void>
}

export interface LeaseReleaserOptions {
  readonly ref: HandlerRef
  readonly store: Pick<HandlerStore, 'release'>
  readonly logger: Logger
  /** Fires when it is not to be tried again. */
  readonly signal: AbortSignal
}

export const makeLeaseReleaser = ({ ref, store, logger, signal }: LeaseReleaserOptions): LeaseReleaser => {
  let waiting: Array<{ readonly lease: Lease; readonly settle: () => void }> = []
  let sending = false

  const send = async (): Promise<void> => {
    sending = true
    // What becomes ready in the same turn of the event loop leaves together.
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
      logger.warn('leases cannot be given up, and are tried again', { handler: ref.name, tries, why: released.left })
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
