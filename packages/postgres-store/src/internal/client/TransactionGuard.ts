import { makeConnectionLoss } from './ConnectionLoss.ts'
import { isConnectionLost } from './classifyError.ts'
import { endsTransaction } from './endsTransaction.ts'
import { makeSilenceTimer } from './SilenceTimer.ts'
import { closeSilentConnection } from './silentConnections.ts'
import { timeoutError } from './timers.ts'
import { makeTransactionProxy, type Transaction } from './transactionProxy.ts'

/**
 * Guards a transaction of `postgres`: it lets no statement of the code through once the connection is lost, or the
 * transaction is about to end.
 */
export interface TransactionGuard {
  readonly markLost: (cause: unknown) => void
  readonly isLost: () => boolean
  /** Rejects when the connection is lost, or counts as lost because a statement had no answer in time. */
  readonly lost: Promise<never>
  readonly wrap: <T extends Record<string, unknown>>(transaction: Transaction<T>) => Transaction<T>
  /** Settles as the given promise does, unless the connection is lost by then: then it never settles. */
  readonly unlessLost: <A>(promise: PromiseLike<A>) => Promise<A>
  /**
   * Waits for the statements and savepoints in progress, then lets no further statement through. Without it, a
   * statement that the body has not awaited could reach the connection after the end of the transaction, in autocommit
   * or in another transaction.
   */
  readonly close: () => Promise<void>
  /** Tracks the statement that ends the transaction, which does not pass through the guard. */
  readonly trackEnd: <A extends Promise<unknown>>(statement: A) => A
  /**
   * The failure that has aborted the transaction, as far as known: the first one after the last statement that
   * succeeded.
   */
  readonly failure: () => { readonly cause: unknown } | undefined
  /** Why the transaction must not be committed, whatever the result of its body. */
  readonly veto: () => { readonly cause: unknown } | undefined
}

export interface TransactionGuardOptions {
  readonly timeout: number
  /**
   * Rolls the transaction back, on its own connection. Called when a connection that counted as lost answers after all:
   * no other code would do it.
   */
  readonly rollBack: () => void
}

/**
 * A body that ends the transaction itself releases its connection: later statements would run in autocommit, or in
 * another transaction.
 */
const endedByBody = {
  message:
    'the body has ended its transaction itself: its earlier statements may be stored. Leave COMMIT and ROLLBACK to `transaction`',
}

const transactionOver = { message: 'the transaction is over: await every statement before the body ends' }

/**
 * The process id of the backend to which a statement was sent. Another id means that the client has reopened its
 * connection.
 */
const pidOf = (statement: unknown): unknown => {
  const state: unknown = typeof statement === 'object' && statement !== null ? Reflect.get(statement, 'state') : null
  return typeof state === 'object' && state !== null ? Reflect.get(state, 'pid') : undefined
}

/**
 * The trap: when the connection of a transaction dies, `postgres` 3.4.9 continues with it. The next statement, the
 * caller's or the client's own COMMIT or ROLLBACK, then ends the process by a `TypeError` that cannot be caught; or it
 * runs on another connection, in autocommit or in an unrelated transaction. So from the first sign of the loss no
 * statement is let through, and the callback never settles, which keeps the client from ending a transaction that is
 * over. (`begin` itself rejects by another path.)
 *
 * An answer of the server, even an error, is no such sign: see `isConnectionLost`. A connection that counts as lost
 * because it is silent is destroyed. Where that is not possible, and the connection answers after all, the transaction
 * is rolled back: otherwise the aborted transaction would keep the connection forever.
 */
export const makeTransactionGuard = ({ timeout, rollBack }: TransactionGuardOptions): TransactionGuard => {
  const loss = makeConnectionLoss()
  let closed: { readonly cause: unknown } | undefined
  let firstFailure: { readonly cause: unknown } | undefined
  let vetoed: { readonly cause: unknown } | undefined
  /** Identifies the connection: all statements go there. */
  let firstStatement: Promise<unknown> | undefined
  const pending = new Set<PromiseLike<unknown>>()

  const markLost = (cause: unknown) => {
    silence.stop()
    loss.mark(cause)
  }

  const silence = makeSilenceTimer({
    timeout,
    statement: () => firstStatement,
    onSilent: () => markLost(timeoutError(timeout)),
  })

  const track = (statement: Promise<unknown>, ends = false) => {
    if (ends) silence.stop()
    firstStatement ??= statement
    let backend: unknown
    const timer = setTimeout(() => {
      backend = pidOf(statement)
      markLost(timeoutError(timeout))
      void closeSilentConnection(statement, timeout, statement, ends ? 'perhaps a commit' : 'no commit')
    }, timeout)
    /**
     * Handles a late answer: the connection lives, and is still in the transaction that no other code will end.
     */
    const onSettled = (answered: boolean) => {
      clearTimeout(timer)
      pending.delete(statement)
      if (ends) return
      if (!loss.isLost() || !answered || backend === undefined || pending.size > 0) return
      if (pidOf(statement) === backend) rollBack()
    }
    pending.add(statement)
    statement.then(
      (answer) => {
        firstFailure = undefined
        if (!ends && !loss.isLost() && endsTransaction(answer)) markLost(endedByBody)
        onSettled(true)
      },
      (cause: unknown) => {
        const connectionLost = isConnectionLost(cause)
        firstFailure ??= { cause }
        if (connectionLost) markLost(cause)
        onSettled(!connectionLost)
      },
    )
  }

  const trackSavepoint = (savepoint: PromiseLike<unknown>) => {
    const done = () => void pending.delete(savepoint)
    pending.add(savepoint)
    savepoint.then(done, done)
  }

  const wrap = makeTransactionProxy({
    barrier: () => loss.reason() ?? closed,
    onSent: track,
    onUntrackedWait: silence.start,
    onSavepoint: trackSavepoint,
    onVeto: (cause) => {
      vetoed = { cause }
    },
    unlessLost: loss.unlessLost,
  })

  const close = async (): Promise<void> => {
    while (pending.size > 0) await Promise.allSettled(pending)
    closed = { cause: transactionOver }
  }

  return {
    markLost,
    isLost: loss.isLost,
    lost: loss.rejection,
    wrap,
    unlessLost: loss.unlessLost,
    close,
    trackEnd: (statement) => {
      track(statement, true)
      return statement
    },
    failure: () => firstFailure,
    veto: () => vetoed,
  }
}
