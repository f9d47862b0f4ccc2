import type { HandlerTransactions, InvalidInput } from '@foldlog/core'
import { type CommitOutcome, HandlerStoreInput, storeUnavailable } from '@foldlog/core/store'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import type postgres from 'postgres'
import { toStoreUnavailable } from './internal/client/classifyError.ts'
import { makeSemaphore, type Semaphore } from './internal/client/Semaphore.ts'
import { makeStatementRunner } from './internal/client/StatementRunner.ts'
import { commitsJson, decodeVerdicts, toCommitOutcome } from './internal/handlers/commitJson.ts'
import { handlerStatementsIn } from './internal/schema/HandlerStatements.ts'
import { quoteSchema } from './internal/schema/schemaName.ts'
import { transaction } from './transaction.ts'

/**
 * The options of transactions of handlers: your own client, and the schema of the log (`foldlog` when absent).
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerTransactionsOptions<T extends Record<string, unknown>> {
  readonly sql: postgres.Sql<T>
  readonly schema?: string
  /**
   * Milliseconds that a statement may take, your own ones too; 10,000 when absent. It should not exceed the lease time:
   * it is how long a process that falls silent can keep its partition from other members.
   */
  readonly timeout?: number
}

const abortedError = storeUnavailable('the transaction was cancelled before it began', true, undefined)

/**
 * The semaphore of each client. There are many partitions and few connections: transactions that wait for a connection
 * would delay the heartbeat that keeps their leases.
 */
const semaphores = new WeakMap<object, Semaphore>()

const semaphoreOf = <T extends Record<string, unknown>>(sql: postgres.Sql<T>): Semaphore => {
  const known = semaphores.get(sql)
  if (known !== undefined) return known
  const semaphore = makeSemaphore(Math.max(1, Math.floor(sql.options.max / 2)))
  semaphores.set(sql, semaphore)
  return semaphore
}

/**
 * For handlers that write to your own tables, in one transaction with their checkpoint. The row of the partition is
 * locked first, and its lease checked: so a worker whose partition is owned by another member writes nothing, to no
 * table. Each commit is a {@link transaction} of three round trips and the time of the work itself. These transactions
 * use at most half of the client's connections at once, one when it has only one: the others are for heartbeats and
 * other statements.
 *
 * An invalid schema name makes every commit an `InvalidInput`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeHandlerTransactions = <T extends Record<string, unknown>>({
  sql,
  schema = 'foldlog',
  timeout = 10_000,
}: HandlerTransactionsOptions<T>): HandlerTransactions<postgres.TransactionSql<T>> => ({
  commitWithin: (commit, work, signal) =>
    F.pipe(
      TE.fromEither(
        F.pipe(
          quoteSchema(schema),
          E.chainFirst((): E.Either<InvalidInput, void> => HandlerStoreInput.commit(commit)),
        ),
      ),
      TE.chainW(
        (quoted) => async () =>
          (await semaphoreOf(sql)(
            transaction(sql, { timeout })((tx) =>
              F.pipe(
                TE.tryCatch(
                  () => makeStatementRunner(tx, timeout)(handlerStatementsIn(quoted).commit, [commitsJson([commit])]),
                  toStoreUnavailable,
                ),
                TE.map((rows) => decodeVerdicts(rows[0])[0]),
                TE.chainW((verdict) =>
                  verdict === 'new'
                    ? F.pipe(
                        work(tx),
                        TE.map((): CommitOutcome => 'committed'),
                      )
                    : TE.right(toCommitOutcome(verdict)),
                ),
              ),
            ),
            signal,
          )) ?? E.left(abortedError),
      ),
    ),
})
