import type { StoreUnavailable } from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'
import type postgres from 'postgres'
import { within } from './internal/deadline.ts'
import { makeFence } from './internal/Fence.ts'
import { unavailableFor } from './internal/failure.ts'
import { limitIdleTime } from './internal/limitIdleTime.ts'

/**
 * How long a transaction may wait for its begin, for the answer to any statement of its body, and for its end; and how long its body may leave it without a
 * statement, before the server undoes it: `timeout` milliseconds, 30,000 when absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface TransactionOptions {
  readonly timeout?: number
}

/**
 * A transaction on your own Postgres client: committed when the body ends with a `Right`, rolled back when it ends with a `Left`, which is given
 * through. Use it instead of `sql.begin` of `postgres` 3.4, which can end the process, or run the rest of the body in autocommit, when the
 * connection dies. Here nothing more is sent then, and the outcome is `StoreUnavailable`: nothing was stored, unless the connection died while
 * it was committing. Then nobody knows; events may be appended again with the same ids.
 *
 * A process that is paused, or whose network falls silent, holds the locks of its transaction no longer than `timeout`: then the server undoes it.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { type NewEvent, type StreamName } from '@foldlog/core'
 * import { postgresStore, transaction } from '@foldlog/postgres-store'
 * import { taskEither as TE } from 'fp-ts'
 * import type postgres from 'postgres'
 *
 * // An event and a row of a table of yours, both or neither.
 * export const book = (sql: postgres.Sql, stream: StreamName, event: NewEvent) =>
 *   transaction(sql)((own) =>
 *     TE.chainFirstW(() => TE.tryCatch(() => own`insert into bookings (stream) values (${stream})`, String))(
 *       postgresStore({ sql }).within(own).append({ stream, expected: 'noStream', events: [event] }),
 *     ),
 *   )
 * ```
 */
export const transaction =
  <T extends Record<string, unknown>>(sql: postgres.Sql<T>, { timeout = 30_000 }: TransactionOptions = {}) =>
  <L, A>(
    body: (transaction: postgres.TransactionSql<T>) => TE.TaskEither<L, A>,
  ): TE.TaskEither<L | StoreUnavailable, A> =>
  async () => {
    const fence = makeFence(timeout)
    const { promise: started, resolve: start } = signal()
    const { promise: done, resolve: finish } = signal()
    let outcome: E.Either<L, A> | undefined
    const begun = sql.begin(async (plain) => {
      // Nobody waits any more. The connection has just answered, so it may be told to roll back: kept, it would be gone from the pool for ever.
      if (fence.isLost()) throw undone
      start()
      const fenced = fence.around(plain)
      limitIdleTime(fenced, timeout)
      outcome = await fence.hold(body(fenced)())
      finish()
      if (E.isLeft(outcome)) throw undone
    })
    try {
      await within(timeout, Promise.race([started, begun]))
      await Promise.race([done, begun, fence.lost])
      await within(timeout, begun)
    } catch (cause) {
      // What the body may still do finds the way closed.
      fence.lose(cause)
      begun.catch(() => {})
      if (cause !== undone) return E.left(unavailableFor(cause))
    }
    return outcome ?? E.left(unavailableFor(undone))
  }

/** What tells the client to roll back. */
const undone = { message: 'the transaction was rolled back' }

const signal = () => {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
