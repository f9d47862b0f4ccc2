import type { HandlerTransactions, StoreUnavailable } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { AnyRecorded } from '../../EventHandler.ts'
import type { FailurePolicy } from '../../FailurePolicy.ts'
import type { HandlerEffect } from '../../HandlerEffect.ts'
import { runSafely } from '../async/runSafely.ts'
import { orAbandoned } from '../async/withTimeout.ts'
import { type CommitWith, emptyUnit, eventsOnly, type HandlerWorker, type WorkerContext } from './HandlerWorker.ts'
import { runEffect } from './userCode.ts'
import { walkLanes } from './walkLanes.ts'

export interface TransactionalHandlerWorkerOptions {
  readonly transactions: HandlerTransactions<unknown>
  readonly handle: (transaction: unknown, events: ReadonlyArray<AnyRecorded>) => HandlerEffect<never, unknown>
  /** The environment of its effects. */
  readonly env: unknown
  readonly policy: FailurePolicy
}

const abandoned = E.left(storeUnavailable('the transaction was abandoned', true, undefined))

const returned = (error: StoreUnavailable) => E.left({ _tag: 'HandlerReturnedError', error } as const)

/** How often in a row the transaction of some events may be lost while the handler runs, until it is their fault. */
const maxLosses = 3

/**
 * Decides whether a transaction that has ended without an answer of the handler failed because of its events. It did
 * when the server has rejected it, and would reject it again: the handler has caught the failure of a statement, or a
 * deferred constraint is violated. It did, too, when it is lost again and again while the handler runs, because the
 * handler, or a statement of it, never ends. A server that is away does not begin it, so that is no loss.
 */
const makeLosses = () => {
  const counts = new Map<string, number>()
  const keyOf = (events: ReadonlyArray<AnyRecorded>): string => `${events[0]?.position} ${events.length}`
  return {
    forget: (events: ReadonlyArray<AnyRecorded>): void => {
      if (counts.size > 0) counts.delete(keyOf(events))
    },
    isFault: (events: ReadonlyArray<AnyRecorded>, { retryable }: StoreUnavailable): boolean => {
      if (!retryable) return true
      const count = (counts.get(keyOf(events)) ?? 0) + 1
      counts.set(keyOf(events), count)
      return count > maxLosses
    },
  }
}

/**
 * The worker of a transactional handler. A whole batch is one transaction with the checkpoint. When it fails, the
 * partition delivers its events one by one; an event that fails by itself blocks its lane until its retry.
 */
export const transactionalHandlerWorker =
  ({ transactions, handle, env, policy }: TransactionalHandlerWorkerOptions) =>
  (context: WorkerContext): HandlerWorker => {
    const losses = makeLosses()

    const commitOnce =
      (events: ReadonlyArray<AnyRecorded>): CommitWith =>
      async (commit) => {
        let isBegun = false
        // A throw counts as an error of the handler: the transaction is rolled back, and its connection released.
        const work = (transaction: unknown) => () => {
          isBegun = true
          return runEffect(() => handle(transaction, events), env)
        }
        // A draining partition does not wait for a transaction that has not begun: it may queue behind those of all
        // other partitions that stay.
        const committing = runSafely(transactions.commitWithin(commit, work, context.draining))
        const outcome = (await orAbandoned(committing, context.signal)) ?? abandoned
        if (E.isRight(outcome)) losses.forget(events)
        if (outcome === abandoned || E.isRight(outcome) || outcome.left._tag !== 'StoreUnavailable' || !isBegun)
          return outcome
        return losses.isFault(events, outcome.left) ? returned(outcome.left) : outcome
      }

    return {
      ...eventsOnly,
      handle: async (batch) => {
        const bad = batch.findIndex(({ content }) => E.isLeft(content))
        const fine = bad < 0 ? batch : batch.slice(0, bad)
        const [first] = batch
        // An undecodable event at the head of the batch is handled alone, and the others are redelivered.
        if (fine.length === 0 && first !== undefined && E.isLeft(first.content)) {
          const { parked, skipped, stop } = walkLanes(
            [first],
            policy,
            () => undefined,
            (_, { content }) => content,
          )
          return E.right({ ...emptyUnit, parked, skipped, ...(stop && { stop }), unfinished: batch.slice(1) })
        }
        const events = fine.flatMap(({ content }) => (E.isRight(content) ? content.right : []))
        // A failure is that of the commit: the partition counts the tries, and makes the pauses.
        return E.right({ ...emptyUnit, unfinished: batch.slice(fine.length), commitWith: commitOnce(events) })
      },
    }
  }
