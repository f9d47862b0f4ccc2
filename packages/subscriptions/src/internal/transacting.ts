import type { HandlerTransactions } from '@foldlog/core'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import type { AnyRecorded } from '../EventHandler.ts'
import type { FailurePolicy, HandlingFailure } from '../FailurePolicy.ts'
import { ask } from './asking.ts'
import { insistently, threw, verdictOn } from './attempting.ts'
import type { Delivery } from './Delivery.ts'
import { type CommitWithin, nothing, type Turn, type Work, type WorkTools } from './Work.ts'

export interface TransactingOptions {
  readonly transactions: HandlerTransactions<unknown>
  readonly handle: (transaction: unknown, events: ReadonlyArray<AnyRecorded>) => TE.TaskEither<unknown, unknown>
  readonly policy: FailurePolicy
}

const isFailure = (error: { readonly _tag: string }): error is HandlingFailure =>
  error._tag === 'HandlerRefused' || error._tag === 'HandlerThrew' || error._tag === 'HandlerTimedOut'

/**
 * The work of a handler that writes into tables of its own. All of a batch is one transaction with the checkpoint. When it fails, the partition comes again with
 * the events one by one, each tried as the policy says.
 */
export const transactingWork =
  ({ transactions, handle, policy }: TransactingOptions) =>
  ({ signal }: WorkTools): Work => {
    const once =
      (events: ReadonlyArray<AnyRecorded>): CommitWithin =>
      (commit) =>
        ask(
          transactions.commitWithin(commit, (transaction) =>
            F.pipe(
              // A handler that throws is a handler that refuses.
              TE.tryCatch(() => handle(transaction, events)(), threw),
              TE.chain((answer) =>
                TE.fromEither(
                  F.pipe(
                    answer,
                    E.mapLeft((error): HandlingFailure => ({ _tag: 'HandlerRefused', error })),
                  ),
                ),
              ),
            ),
          ),
        )

    /** One event, as often as the policy says. Whether the store is there is not its matter: that is tried again by the partition. */
    const insist =
      (events: ReadonlyArray<AnyRecorded>): CommitWithin =>
      async (commit) => {
        let last = await once(events)(commit)
        if (E.isRight(last) || !isFailure(last.left)) return last
        await insistently(
          () => async () => {
            last = await once(events)(commit)
            return E.isLeft(last) && isFailure(last.left) ? last : E.right(undefined)
          },
          { policy, timeout: 2_147_483_647, signal },
        )
        return last
      }

    const withoutEffect = (delivery: Delivery, why: HandlingFailure): Turn => {
      const verdict = verdictOn(policy, why, delivery.event)
      if (verdict === 'stop') return { ...nothing, stop: { delivery, why } }
      return verdict === 'park' ? { ...nothing, parked: [{ delivery, why }] } : nothing
    }

    return {
      open: async () => E.right(undefined),
      handle: async (batch) => {
        const bad = batch.find(({ content }) => E.isLeft(content))
        const fine = bad === undefined ? batch : batch.slice(0, batch.indexOf(bad))
        const again = batch.slice(fine.length)
        const [first] = fine
        // At the head of the batch: it is dealt with alone, and the others come again.
        if (bad !== undefined && E.isLeft(bad.content) && first === undefined) {
          return E.right({ ...withoutEffect(bad, bad.content.left), again: again.slice(1) })
        }
        const events = fine.flatMap(({ content }) => (E.isRight(content) ? content.right : []))
        const alone = fine.every(({ event }) => event.position === first?.event.position)
        return E.right({
          ...nothing,
          again,
          within: alone ? insist(events) : once(events),
          ...(first === undefined ? undefined : { instead: (why: HandlingFailure) => withoutEffect(first, why) }),
        })
      },
      fire: async () => E.right(nothing),
      committed: () => {},
      close: async () => {},
    }
  }
