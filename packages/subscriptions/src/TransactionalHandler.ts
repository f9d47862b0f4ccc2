import type { HandlerTransactions } from '@foldlog/core'
import type { taskEither as TE } from 'fp-ts'
import type { HandlerOptions } from './EventHandler.ts'
import type { AnySource, RecordedFrom } from './Source.ts'

/**
 * A handler that writes into its own tables, in one transaction with its checkpoint: what it writes for an event is
 * stored exactly once. It gets a batch of events at a time, in order, and the transaction. A failed batch is rolled
 * back, and its events are handled one by one. `transactions` is the store that has the tables.
 *
 * With more than one partition, events are divided among them by `lane`, the stream when it is absent. Transactions of
 * different partitions run concurrently.
 *
 * @category model
 * @since 0.1.0
 */
export interface TransactionalHandler<Sources extends ReadonlyArray<AnySource>, Tx, Err = unknown>
  extends HandlerOptions<Sources> {
  readonly _tag: 'TransactionalHandler'
  readonly transactions: HandlerTransactions<Tx>
  readonly handle: (transaction: Tx, events: ReadonlyArray<RecordedFrom<Sources>>) => TE.TaskEither<Err, unknown>
  readonly lane?: ((event: RecordedFrom<Sources>) => string) | undefined
}

/**
 * A transactional handler without its type parameters, so that different handlers fit in one list.
 *
 * @category model
 * @since 0.1.0
 */
export interface AnyTransactionalHandler extends HandlerOptions<ReadonlyArray<AnySource>> {
  readonly _tag: 'TransactionalHandler'
  readonly transactions: HandlerTransactions<unknown>
  readonly handle: (transaction: never, events: never) => TE.TaskEither<unknown, unknown>
  readonly lane?: ((event: never) => string) | undefined
}

/**
 * Makes a transactional handler.
 *
 * @category constructors
 * @since 0.1.0
 */
const make = <const Sources extends ReadonlyArray<AnySource>, Tx, Err>(
  handler: Omit<TransactionalHandler<Sources, Tx, Err>, '_tag'>,
): TransactionalHandler<Sources, Tx, Err> => ({ _tag: 'TransactionalHandler', ...handler })

/**
 * Functions on {@link TransactionalHandler}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const TransactionalHandler = { make } as const
