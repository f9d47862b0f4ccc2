import type { Logger, StoreUnavailable } from '@foldlog/core'
import { type CheckedAppend, storeOverloaded, storeUnavailable } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { Batching } from '../../Batching.ts'
import { classifyError, type StatementFailure } from '../client/classifyError.ts'
import { failureFacts, firstFailure, untilDeadline } from '../client/firstFailure.ts'
import { backoff, sleep } from '../client/timers.ts'
import { appendErrorOf } from './appendErrorOf.ts'
import { type AppendOutcome, decodeResults } from './appendResults.ts'
import { makePendingAppend, nextBatchSize, type PendingAppend } from './PendingAppend.ts'
import type { SendAppends } from './sendAppends.ts'

export interface AppendBatcher {
  readonly append: (parts: ReadonlyArray<CheckedAppend>, views?: string) => Promise<AppendOutcome>
  readonly stop: () => Promise<void>
}

export interface AppendBatcherOptions {
  readonly sendBatch: SendAppends
  readonly batching: Batching
  /** Milliseconds during which an append is sent again after its connection was lost. */
  readonly retryTimeout: number
  readonly logger: Logger
}

const lastDeadline = (batch: ReadonlyArray<PendingAppend>): number =>
  Math.max(...batch.map(({ retryUntil }) => retryUntil))

/**
 * Group commit. An idle store sends at once (at the end of the current turn of the event loop, so that appends of one
 * turn are sent together). Appends that arrive while others are in flight wait, and are sent together when one of those
 * batches is done.
 *
 * Nothing is lost or duplicated when a connection dies: the append is sent again with the same ids, and the server
 * answers with the first result if it was stored. A bad append fails alone: a batch that is rejected as a whole is sent
 * again one by one.
 */
export const makeAppendBatcher = ({
  sendBatch,
  batching,
  retryTimeout,
  logger,
}: AppendBatcherOptions): AppendBatcher => {
  let queue: Array<PendingAppend> = []
  let inFlight = 0
  let scheduled = false
  let stopped = false
  let drainWaiters: Array<() => void> = []

  const schedule = () => {
    if (scheduled) return
    scheduled = true
    queueMicrotask(() => {
      scheduled = false
      while (inFlight < batching.inFlight && queue.length > 0) void send(nextBatch())
      if (inFlight === 0 && queue.length === 0) {
        for (const wake of drainWaiters) wake()
        drainWaiters = []
      }
    })
  }

  const nextBatch = (): ReadonlyArray<PendingAppend> => {
    const size = nextBatchSize(queue, batching, inFlight === 0 && batching.inFlight > 1)
    const batch = queue.slice(0, size)
    queue = queue.slice(size)
    return batch
  }

  const send = async (batch: ReadonlyArray<PendingAppend>): Promise<void> => {
    inFlight++
    try {
      const sent = sendBatch(batch)
      const failed = batch[0]?.firstError
      const answer = await (failed === undefined ? sent : untilDeadline(failed, lastDeadline(batch), sent))
      const outcomes = decodeResults(
        batch.map(({ parts }) => parts),
        answer,
      )
      for (const [i, pending] of batch.entries())
        pending.settle(
          outcomes[i] ?? E.left(storeUnavailable('the server sent no result for this append', false, answer)),
        )
    } catch (cause) {
      await onFailure(batch, classifyError(cause))
    } finally {
      inFlight--
      schedule()
    }
  }

  const onFailure = async (batch: ReadonlyArray<PendingAppend>, failure: StatementFailure): Promise<void> => {
    const attempts = Math.max(...batch.map((pending) => ++pending.attempts))
    if (failure._tag === 'Lost' || failure._tag === 'Undone') {
      logger.warn('sending a batch of appends again', {
        appends: batch.length,
        attempts,
        ...failureFacts(failure.error),
      })
      // The batch still counts as in flight during the wait, so that a server in trouble is not overloaded.
      await sleep(backoff(attempts))
      requeue(batch, failure.error, failure._tag === 'Undone')
    } else if (batch.length > 1) {
      requeue(batch, undefined, true)
    } else {
      for (const { parts, settle } of batch) settle(E.left(appendErrorOf(parts, failure)))
    }
  }

  const requeue = (batch: ReadonlyArray<PendingAppend>, error: StoreUnavailable | undefined, alone: boolean) => {
    const now = Date.now()
    const isExpired = (pending: PendingAppend) => error !== undefined && now >= pending.retryUntil
    for (const pending of batch) {
      pending.alone = pending.alone || alone
      if (isExpired(pending) && error !== undefined) pending.settle(E.left(firstFailure(pending.firstError, error)))
      pending.firstError ??= error
    }
    queue = [...batch.filter((pending) => !isExpired(pending)), ...queue]
  }

  return {
    append: (parts, views) =>
      new Promise((settle) => {
        if (stopped) return settle(E.left(storeUnavailable('the store was stopped', false, undefined)))
        if (queue.length >= batching.waiting) return settle(E.left(storeOverloaded(queue.length, batching.waiting)))
        queue.push(makePendingAppend({ parts, views }, Date.now() + retryTimeout, settle))
        schedule()
      }),
    stop: () =>
      new Promise((done) => {
        stopped = true
        drainWaiters.push(done)
        schedule()
      }),
  }
}
