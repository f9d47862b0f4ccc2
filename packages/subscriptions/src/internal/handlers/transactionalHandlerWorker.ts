import { type HandlerTransactions, storeUnavailable } from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { AnyRecorded } from '../../EventHandler.ts'
import type { FailurePolicy, HandlerFailure } from '../../FailurePolicy.ts'
import { runSafely } from '../async/runSafely.ts'
import { orAbandoned } from '../async/timers.ts'
import type { Delivery } from './Delivery.ts'
import {
  type CommitWith,
  emptyUnit,
  eventsOnly,
  type HandlerWorker,
  type UnitOfWork,
  type WorkerContext,
} from './HandlerWorker.ts'
import { retryWithPolicy, runEffect, verdictFor } from './userCode.ts'

export interface TransactionalHandlerWorkerOptions {
  readonly transactions: HandlerTransactions<unknown>
  readonly handle: (transaction: unknown, events: ReadonlyArray<AnyRecorded>) => TE.TaskEither<unknown, unknown>
  readonly policy: FailurePolicy
}

const isFailure = (error: { readonly _tag: string }): error is HandlerFailure =>
  error._tag === 'HandlerReturnedError' || error._tag === 'HandlerThrew'

const abandoned = E.left(storeUnavailable('the transaction was not waited for', true, undefined))

/**
 * The work of a handler that writes into tables of its own. All of a batch is one transaction with the checkpoint. When it fails, the partition comes again with
 * the events one by one; one that fails by itself holds its lane up until it is tried again.
 */
export const transactionalHandlerWorker =
  ({ transactions, handle, policy }: TransactionalHandlerWorkerOptions) =>
  (context: WorkerContext): HandlerWorker => {
    const commitOnce =
      (events: ReadonlyArray<AnyRecorded>): CommitWith =>
      async (commit) => {
        // A handler that throws is a handler that refuses: the transaction is undone, and its connection given back.
        const work = (transaction: unknown) => () => runEffect(() => handle(transaction, events))
        // A partition that is given away does not wait for a transaction that has not begun: it may stand behind those of all the others that stay.
        const committing = runSafely(transactions.commitWithin(commit, work, context.draining))
        const outcome = await orAbandoned(committing, context.signal)
        return outcome ?? abandoned
      }

    /** One event, as often as the policy says. Whether the store is there is not its matter: that is tried again by the partition. */
    const commitWithRetries =
      (events: ReadonlyArray<AnyRecorded>): CommitWith =>
      async (commit) => {
        let last: Awaited<ReturnType<CommitWith>> = abandoned
        const outcome = await retryWithPolicy<unknown>(
          async () => {
            last = await commitOnce(events)(commit)
            return E.isLeft(last) && isFailure(last.left) ? E.left(last.left) : E.right(undefined)
          },
          { policy, context },
        )
        return E.isLeft(outcome) && outcome.left._tag === 'Interrupted' ? abandoned : last
      }

    const withoutEffect = (delivery: Delivery, why: HandlerFailure): UnitOfWork => {
      const verdict = verdictFor(policy, why, delivery.event)
      if (verdict === 'stop') return { ...emptyUnit, stop: { event: delivery.event, why } }
      return verdict === 'park' ? { ...emptyUnit, parked: [{ delivery, why }] } : emptyUnit
    }

    return {
      ...eventsOnly,
      handle: async (batch, { waitForRetries }) => {
        const bad = batch.findIndex(({ content }) => E.isLeft(content))
        const fine = bad < 0 ? batch : batch.slice(0, bad)
        const [first] = batch
        // At the head of the batch: it is dealt with alone, and the others come again.
        if (fine.length === 0 && first !== undefined && E.isLeft(first.content)) {
          return E.right({ ...withoutEffect(first, first.content.left), unfinished: batch.slice(1) })
        }
        const events = fine.flatMap(({ content }) => (E.isRight(content) ? content.right : []))
        const isSingle = fine.every(({ event }) => event.position === first?.event.position)
        return E.right({
          ...emptyUnit,
          unfinished: batch.slice(fine.length),
          commitWith: isSingle && waitForRetries ? commitWithRetries(events) : commitOnce(events),
        })
      },
      committed: () => {},
    }
  }
