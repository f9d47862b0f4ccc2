import {
  type CommitOutcome,
  HandlerStoreInput,
  type HandlerTransactions,
  type InvalidInput,
  storeUnavailable,
} from '@foldlog/core'
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
 * What transactions of handlers are made on: your own client, the schema of the log (`foldlog` when absent), and how long a statement may take, in milliseconds
 * (10,000), your own ones too. It should not be longer than a lease: it is how long a process that falls silent can keep its partition from the others.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerTransactionsOptions<T extends Record<string, unknown>> {
  readonly sql: postgres.Sql<T>
  readonly schema?: string
  /** Milliseconds; 30,000 when absent. */
  readonly timeout?: number
}

const abortedError = storeUnavailable('it was given up before it began', true, undefined)

/** Of each client. Partitions are many, connections few: those that wait for one would all stand before the heartbeat that keeps their leases. */
const semaphores = new WeakMap<object, Semaphore>()

const semaphoreOf = <T extends Record<string, unknown>>(sql: postgres.Sql<T>): Semaphore => {
  const known = semaphores.get(sql)
  if (known !== undefined) return known
  const semaphore = makeSemaphore(Math.max(1, Math.floor(sql.options.max / 2)))
  semaphores.set(sql, semaphore)
  return semaphore
}

/**
 * For handlers that write into tables of your own, in one transaction with their checkpoint. The row of the partition is locked first, and its lease looked at: so
 * a worker whose partition is in other hands writes nothing, into no table. Each commit is a {@link transaction} of three round trips and what the work
 * itself takes. They use no more than half of the client's connections at once, one when it has only one: the others are for heartbeats and the rest.
 *
 * A schema name that will not do is an `InvalidInput` of every commit.
 *
 * @category constructors
 * @since 0.1.0
 */
export const handlerTransactions = <T extends Record<string, unknown>>({
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
