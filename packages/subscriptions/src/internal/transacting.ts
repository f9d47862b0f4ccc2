import { type HandlerTransactions, storeUnavailable } from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { AnyRecorded } from '../EventHandler.ts'
import type { FailurePolicy, HandlingFailure } from '../FailurePolicy.ts'
import { ask } from './asking.ts'
import { answerOf, insistently, verdictOn } from './attempting.ts'
import type { Delivery } from './Delivery.ts'
import { orAbandoned } from './sleep.ts'
import { type CommitWithin, noMore, nothing, type Turn, type Work, type WorkTools } from './Work.ts'

export interface TransactingOptions {
  readonly transactions: HandlerTransactions<unknown>
  readonly handle: (transaction: unknown, events: ReadonlyArray<AnyRecorded>) => TE.TaskEither<unknown, unknown>
  readonly policy: FailurePolicy
}

const isFailure = (error: { readonly _tag: string }): error is HandlingFailure =>
  error._tag === 'HandlerRefused' || error._tag === 'HandlerThrew'

const interrupted = E.left(storeUnavailable('the transaction was not waited for', true, undefined))

/**
 * The work of a handler that writes into tables of its own. All of a batch is one transaction with the checkpoint. When it fails, the partition comes again with
 * the events one by one; one that fails by itself holds its lane up until it is tried again.
 */
export const transactingWork =
  ({ transactions, handle, policy }: TransactingOptions) =>
  (tools: WorkTools): Work => {
    const once =
      (events: ReadonlyArray<AnyRecorded>): CommitWithin =>
      async (commit) => {
        // A handler that throws is a handler that refuses: the transaction is undone, and its connection given back.
        const work = (transaction: unknown) => () => answerOf(() => handle(transaction, events))
        // A partition that is given away does not wait for a transaction that has not begun: it may stand behind those of all the others that stay.
        const committing = ask(transactions.commitWithin(commit, work, tools.ending))
        const outcome = await orAbandoned(committing, tools.signal)
        return outcome ?? interrupted
      }

    /** One event, as often as the policy says. Whether the store is there is not its matter: that is tried again by the partition. */
    const insist =
      (events: ReadonlyArray<AnyRecorded>): CommitWithin =>
      async (commit) => {
        let last: Awaited<ReturnType<CommitWithin>> = interrupted
        const outcome = await insistently<unknown>(
          async () => {
            last = await once(events)(commit)
            return E.isLeft(last) && isFailure(last.left) ? E.left(last.left) : E.right(undefined)
          },
          { policy, tools },
        )
        return E.isLeft(outcome) && outcome.left._tag === 'Undone' ? interrupted : last
      }

    const withoutEffect = (delivery: Delivery, why: HandlingFailure): Turn => {
      const verdict = verdictOn(policy, why, delivery.event)
      if (verdict === 'stop') return { ...nothing, stop: { event: delivery.event, why } }
      return verdict === 'park' ? { ...nothing, parked: [{ delivery, why }] } : nothing
    }

    return {
      ...noMore,
      handle: async (batch, { patient }) => {
        const bad = batch.findIndex(({ content }) => E.isLeft(content))
        const fine = bad < 0 ? batch : batch.slice(0, bad)
        const [first] = batch
        // At the head of the batch: it is dealt with alone, and the others come again.
        if (fine.length === 0 && first !== undefined && E.isLeft(first.content)) {
          return E.right({ ...withoutEffect(first, first.content.left), again: batch.slice(1) })
        }
        const events = fine.flatMap(({ content }) => (E.isRight(content) ? content.right : []))
        const alone = fine.every(({ event }) => event.position === first?.event.position)
        return E.right({
          ...nothing,
          again: batch.slice(fine.length),
          within: alone && patient ? insist(events) : once(events),
        })
      },
      committed: () => {},
    }
  }
