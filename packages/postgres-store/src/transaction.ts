import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import { NumberOption, storeUnavailable } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'
import type postgres from 'postgres'
import { toStoreUnavailable } from './internal/client/classifyError.ts'
import { limitIdleTime } from './internal/client/limitIdleTime.ts'
import { observeSockets, untilClosed } from './internal/client/observeSockets.ts'
import { closeSilentBegins } from './internal/client/silentConnections.ts'
import { makeTransactionGuard } from './internal/client/TransactionGuard.ts'
import { withTimeout } from './internal/client/timers.ts'

/**
 * The options of a transaction. `timeout` limits each of these: the wait for the begin, the answer to any statement of
 * the body, the end, and the time the body may leave it without a statement before the server rolls it back.
 *
 * @category model
 * @since 0.1.0
 */
export interface TransactionOptions {
  /** Milliseconds; 30,000 when absent. */
  readonly timeout?: number | undefined
}

const transactionTimeout: NumberOption = { min: 1, max: NumberOption.longestTimer, absent: 30_000 }

/**
 * Runs a transaction on your own Postgres client: committed when the body ends with a `Right`, rolled back when it ends
 * with a `Left`, which is returned. The result is a `Right` only when the server has answered that it has committed. A
 * body in which a statement failed outside of a savepoint cannot be committed, even when it has caught the error or has
 * not awaited the statement: the result is then a `StoreUnavailable`, nothing was stored, and `why` names the failure.
 * The end waits for statements that the body has not awaited; later statements are rejected.
 *
 * Use it instead of `sql.begin` of `postgres` 3.4, which can end the process, or run the rest of the body in
 * autocommit, when the connection dies. Here nothing more is sent then, and the outcome is `StoreUnavailable`: nothing
 * was stored, unless the connection died during the commit. Then the outcome is unknown; events may be appended again
 * with the same ids.
 *
 * The body must not send `COMMIT` or `ROLLBACK` itself, and cannot `prepare` the transaction.
 *
 * A process that is paused, or whose network falls silent, holds the locks of its transaction for at most `timeout`:
 * then the server rolls it back.
 *
 * `InvalidInput`, and nothing is begun, when `timeout` is no number of milliseconds from 1 up.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { type NewEvent, type StreamName } from '@foldlog/core'
 * import { makePostgresStore, transaction } from '@foldlog/postgres-store'
 * import { taskEither as TE } from 'fp-ts'
 * import type postgres from 'postgres'
 *
 * // An event and a row of a table of yours, both or neither.
 * export const book = (sql: postgres.Sql, stream: StreamName, event: NewEvent) =>
 *   transaction(sql)((own) =>
 *     TE.chainFirstW(() => TE.tryCatch(() => own`insert into bookings (stream) values (${stream})`, String))(
 *       makePostgresStore({ sql }).inTransaction(own).append({ stream, expected: 'noStream', events: [event] }),
 *     ),
 *   )
 * ```
 */
export const transaction =
  <T extends Record<string, unknown>>(sql: postgres.Sql<T>, options: TransactionOptions = {}) =>
  <L, A>(
    body: (transaction: postgres.TransactionSql<T>) => TE.TaskEither<L, A>,
  ): TE.TaskEither<L | InvalidInput | StoreUnavailable, A> =>
  async () => {
    const checked = NumberOption.read('timeout', transactionTimeout, options.timeout)
    if (E.isLeft(checked)) return checked
    const timeout = checked.right
    observeSockets(sql)
    let rollBack = () => {}
    const guard = makeTransactionGuard({ timeout, rollBack: () => rollBack() })
    const { promise: started, resolve: start } = deferred<void>()
    const { promise: ended, resolve: end } = deferred<E.Either<L | StoreUnavailable, A>>()
    const begun = sql.begin(async (plain) => {
      // The caller waits no longer. The connection has just answered, so it can be rolled back: without that it would
      // be missing from the pool forever.
      if (guard.isLost()) throw rollbackMarker
      start()
      rollBack = () => {
        plain.unsafe('rollback').then(
          () => {},
          () => {},
        )
      }
      const guarded = guard.wrap(plain)
      limitIdleTime(guarded, timeout)
      const bodyOutcome = await guard.unlessLost(runBody(body(guarded)))
      await guard.close()
      if (!guard.isLost()) {
        const [failure, veto] = [guard.failure(), guard.veto()]
        const outcome = veto === undefined ? bodyOutcome : E.left(toStoreUnavailable(veto.cause))
        // The client would send the same, but does not return the server's answer: a transaction in which a statement
        // has failed cannot be committed, and the answer to its COMMIT is ROLLBACK, which is no error.
        const answer = await guard.unlessLost(
          commandTag(guard.trackEnd(plain.unsafe(E.isRight(outcome) ? 'commit' : 'rollback'))),
        )
        if (E.isLeft(outcome)) end(outcome)
        else if (E.isLeft(answer)) end(answer)
        else end(answer.right === 'COMMIT' ? outcome : E.left(notCommitted(failure)))
      }
      // The client has its connection back since the server said that the transaction is over. If this promise settled,
      // the client would send a COMMIT or ROLLBACK of its own into the transaction that has the connection by then.
      return new Promise<never>(() => {})
    })
    begun.catch(() => {})
    const answered = Promise.race([started, begun])
    try {
      await withTimeout(timeout, answered, () => closeSilentBegins(sql, timeout, answered))
      return await Promise.race([ended, begun, guard.lost])
    } catch (cause) {
      // Refuses later statements of the body.
      guard.markLost(cause)
      // The caller may retry at once.
      await untilClosed()
      return E.left(toStoreUnavailable(cause))
    }
  }

/** The value that makes the client roll back. */
const rollbackMarker = { message: 'the transaction was rolled back' }

/** Runs the body. One that throws ends with a `Left` that contains the error. */
const runBody = async <L, A>(body: TE.TaskEither<L, A>): Promise<E.Either<L | StoreUnavailable, A>> => {
  try {
    return await body()
  } catch (cause) {
    return E.left(toStoreUnavailable(cause))
  }
}

/**
 * Returns the command tag of the server's answer. A `Left` when the server could not commit, for instance because of a
 * deferred constraint: then it has rolled back.
 */
const commandTag = async (
  statement: PromiseLike<{ readonly command: string }>,
): Promise<E.Either<StoreUnavailable, string>> => {
  try {
    return E.right((await statement).command)
  } catch (cause) {
    return E.left(toStoreUnavailable(cause))
  }
}

/** The body has ended with a `Right`, and the server has rolled back. */
const notCommitted = (failure: { readonly cause: unknown } | undefined): StoreUnavailable => {
  const { why, retryable, cause } =
    failure === undefined
      ? storeUnavailable('one of its statements failed', false, rollbackMarker)
      : toStoreUnavailable(failure.cause)
  return storeUnavailable(
    `the transaction was rolled back, nothing is stored: ${why}. Its body ended with a Right nevertheless: it must await every statement and end with a Left when one fails, or run statements that may fail in a savepoint`,
    retryable,
    cause,
  )
}

const deferred = <A>() => {
  let resolve = (_value: A) => {}
  const promise = new Promise<A>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
