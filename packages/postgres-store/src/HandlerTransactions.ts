import type { HandlerTransactions, InvalidInput } from '@foldlog/core'
import { type CommitOutcome, HandlerStoreInput, NumberOption, storeUnavailable } from '@foldlog/core/store'
import { apply as Ap, either as E, function as F, taskEither as TE } from 'fp-ts'
import type postgres from 'postgres'
import { toStoreUnavailable } from './internal/client/classifyError.ts'
import { makeSemaphore, type Semaphore } from './internal/client/Semaphore.ts'
import { makeStatementRunner } from './internal/client/StatementRunner.ts'
import { commitsJson, decodeVerdicts, toCommitOutcome } from './internal/handlers/commitJson.ts'
import { handlerStatementsIn } from './internal/schema/HandlerStatements.ts'
import { quoteSchema } from './internal/schema/schemaName.ts'
import type { SchemaOptions } from './SchemaOptions.ts'
import { transaction } from './transaction.ts'

/**
 * The options of transactions of handlers: your own client, and the schema of the log.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerTransactionsOptions<T extends Record<string, unknown>> extends SchemaOptions {
  readonly sql: postgres.Sql<T>
  /**
   * Milliseconds that a statement may take, your own ones too; 10,000 when absent. It should not exceed the lease time:
   * it is how long a process that falls silent can keep its partition from other members.
   */
  readonly timeout?: number | undefined
}

const statementTimeout: NumberOption = { min: 1, max: NumberOption.longestTimer, absent: 10_000 }

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
 * An invalid schema name, or a `timeout` that is no number from 1 up, makes every commit an `InvalidInput`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeHandlerTransactions = <T extends Record<string, unknown>>({
  sql,
  schema = 'foldlog',
  ...options
}: HandlerTransactionsOptions<T>): HandlerTransactions<postgres.TransactionSql<T>> => ({
  commitWithin: (commit, work, signal) =>
    F.pipe(
      TE.fromEither(
        F.pipe(
          Ap.sequenceS(E.Applicative)({
            quoted: quoteSchema(schema),
            timeout: NumberOption.read('timeout', statementTimeout, options.timeout),
          }),
          E.chainFirst((): E.Either<InvalidInput, void> => HandlerStoreInput.commit(commit)),
        ),
      ),
      TE.chainW(
        ({ quoted, timeout }) =>
          async () =>
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
