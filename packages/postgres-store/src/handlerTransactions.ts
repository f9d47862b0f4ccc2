import { type CommitOutcome, HandlerInput, type HandlerTransactions, type InvalidInput } from '@foldlog/core'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import type postgres from 'postgres'
import { commitsText, outcomeOf, verdictsOf } from './internal/commitText.ts'
import { unavailableFor } from './internal/failure.ts'
import { handlerStatementsIn } from './internal/handlerStatements.ts'
import { runOn } from './internal/run.ts'
import { quoteSchema } from './internal/schemaName.ts'
import { transaction } from './transaction.ts'

/**
 * What transactions of handlers are made on: your own client, the schema of the log (`foldlog` when absent), and how long a statement may take, in milliseconds
 * (30,000).
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

/**
 * For handlers that write into tables of your own, in one transaction with their checkpoint. The row of the partition is locked first, and its lease looked at: so
 * a worker whose partition is in other hands writes nothing, into no table. Each commit is a {@link transaction} of three round trips and what the work
 * itself takes.
 *
 * A schema name that will not do is an `InvalidInput` of every commit.
 *
 * @category constructors
 * @since 0.1.0
 */
export const handlerTransactions = <T extends Record<string, unknown>>({
  sql,
  schema = 'foldlog',
  timeout = 30_000,
}: HandlerTransactionsOptions<T>): HandlerTransactions<postgres.TransactionSql<T>> => ({
  commitWithin: (commit, work) =>
    F.pipe(
      TE.fromEither(
        F.pipe(
          quoteSchema(schema),
          E.chainFirst((): E.Either<InvalidInput, void> => HandlerInput.commit(commit)),
        ),
      ),
      TE.chainW((quoted) =>
        transaction(sql, { timeout })((tx) =>
          F.pipe(
            TE.tryCatch(
              () => runOn(tx, timeout)(handlerStatementsIn(quoted).commit, [commitsText([commit])]),
              unavailableFor,
            ),
            TE.map((rows) => verdictsOf(rows[0])[0]),
            TE.chainW((verdict) =>
              verdict === 'new'
                ? F.pipe(
                    work(tx),
                    TE.map((): CommitOutcome => 'committed'),
                  )
                : TE.right(outcomeOf(verdict)),
            ),
          ),
        ),
      ),
    ),
})
