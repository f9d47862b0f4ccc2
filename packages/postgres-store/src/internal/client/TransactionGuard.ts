import type postgres from 'postgres'
import { isConnectionLost } from './classifyError.ts'
import { closeSilentConnection, silenceLeftFor } from './observeSockets.ts'
import { timeoutError } from './timers.ts'

type Transaction<T extends Record<string, unknown>> = postgres.TransactionSql<T>

/**
 * Stands between a transaction of `postgres` and the code that uses it, and lets no statement through once the
 * connection is lost, or the transaction is about to end.
 */
export interface TransactionGuard {
  readonly markLost: (cause: unknown) => void
  readonly isLost: () => boolean
  /** Fails when the connection is lost, or as good as that: a statement had no answer in time. */
  readonly lost: Promise<never>
  readonly wrap: <T extends Record<string, unknown>>(transaction: Transaction<T>) => Transaction<T>
  /** What was given, unless the connection is lost by then: then it never settles. */
  readonly unlessLost: <A>(promise: PromiseLike<A>) => Promise<A>
  /**
   * Waits for the statements and savepoints that are under way, then lets no further statement through. Without it, a
   * statement that the body has not awaited could reach the connection after the end of the transaction, in autocommit
   * or in another transaction.
   */
  readonly close: () => Promise<void>
  /** The answer to the statement that ends the transaction, sent beside the fence. */
  readonly trackEnd: <A extends Promise<unknown>>(statement: A) => A
  /**
   * The failure that has aborted the transaction, as far as it is known: the first one after the last statement that
   * succeeded.
   */
  readonly failure: () => { readonly cause: unknown } | undefined
  /** Why the transaction must not be committed, whatever its body says. */
  readonly veto: () => { readonly cause: unknown } | undefined
}

export interface TransactionGuardOptions {
  readonly timeout: number
  /**
   * Undoes the transaction, on its own connection. Called when a connection answers after all that counted as lost: no
   * other code would do it.
   */
  readonly rollBack: () => void
}

/**
 * A body that ends the transaction by itself releases its connection: later statements would run in autocommit, or in
 * another transaction.
 */
const endedByBody = {
  message:
    'the body has ended its transaction by itself: its earlier statements may be stored. Leave COMMIT and ROLLBACK to `transaction`',
}

const transactionOver = { message: 'the transaction is over: await every statement before the body ends' }

const preparedTransaction = {
  message:
    'a transaction cannot be prepared here: readers of the log would wait for its end, and a Right would not mean that it is committed',
}

/** What sends a statement. Until then a statement may also be a fragment of another. */
const sendingMethods: ReadonlySet<PropertyKey> = new Set(['then', 'catch', 'finally', 'execute', 'forEach'])

/** What is sent later, by the client. */
const deferredMethods: ReadonlySet<PropertyKey> = new Set(['cursor', 'readable', 'writable'])

type AnyFunction = (...parameters: ReadonlyArray<unknown>) => unknown

// By shape: whatever is called is called with what the caller gave.
const isFunction = (value: unknown): value is AnyFunction => typeof value === 'function'

const isStatement = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && 'catch' in value

/**
 * Whether a statement that succeeded has ended the transaction. `ROLLBACK TO` a savepoint has the tag of `ROLLBACK`.
 */
const endsTransaction = (answer: unknown): boolean => {
  // Several statements in one text have several results: an array without a command of its own.
  const several = Array.isArray(answer) && !('command' in answer)
  const results: ReadonlyArray<unknown> = several ? answer : [answer]
  return results.some((result) => {
    if (typeof result !== 'object' || result === null) return false
    const command: unknown = Reflect.get(result, 'command')
    if (command === 'COMMIT' || command === 'PREPARE TRANSACTION') return true
    if (command !== 'ROLLBACK') return false
    const statement: unknown = Reflect.get(result, 'statement')
    const text: unknown = typeof statement === 'object' && statement !== null ? Reflect.get(statement, 'string') : ''
    return !/\bto\b/i.test(String(text))
  })
}

/**
 * The process id of the backend that a statement was sent to: another one means that the client has opened its
 * connection anew.
 */
const pidOf = (statement: unknown): unknown => {
  const state: unknown = typeof statement === 'object' && statement !== null ? Reflect.get(statement, 'state') : null
  return typeof state === 'object' && state !== null ? Reflect.get(state, 'pid') : undefined
}

/**
 * The trap: when the connection of a transaction dies, `postgres` 3.4.9 goes on with it. The next statement, be it the caller's or the client's own COMMIT
 * or ROLLBACK, then ends the process by a `TypeError` that nobody can catch; or it runs on another connection, in autocommit or in a
 * transaction of somebody else. So from the first sign of the loss no statement is let through, and the callback never settles, which keeps the
 * client from ending what is over. (`begin` itself fails by another way.)
 *
 * An answer of the server, even an error, is no such sign: see `isConnectionLost`. A connection that counts as lost
 * because it is silent is destroyed. Where that is not possible, and the connection answers after all, the transaction
 * is undone: otherwise the aborted transaction would keep the connection for ever.
 */
export const makeTransactionGuard = ({ timeout, rollBack }: TransactionGuardOptions): TransactionGuard => {
  let loss: { readonly cause: unknown } | undefined
  let closed: { readonly cause: unknown } | undefined
  let firstFailure: { readonly cause: unknown } | undefined
  let vetoed: { readonly cause: unknown } | undefined
  /** Represents the connection: all statements go there. */
  let firstStatement: Promise<unknown> | undefined
  let silenceTimer: ReturnType<typeof setTimeout> | undefined
  const pending = new Set<PromiseLike<unknown>>()
  let rejectLost = (_cause: unknown) => {}
  const lost = new Promise<never>((_, reject) => {
    rejectLost = reject
  })
  lost.catch(() => {})

  const markLost = (cause: unknown) => {
    loss ??= { cause }
    clearTimeout(silenceTimer)
    rejectLost(cause)
  }

  /**
   * For waits without a statement of ours: a savepoint, a cursor, a copy. The timer begins with the first of these,
   * because a timer for each transaction would cost all transactions.
   */
  const checkSilence = () => {
    const left = firstStatement === undefined ? undefined : silenceLeftFor(firstStatement, timeout)
    if (left === undefined || left > 0) return scheduleSilenceCheck(left ?? timeout)
    closeSilentConnection(firstStatement, timeout, new Promise(() => {}))
    markLost(timeoutError(timeout))
  }

  const scheduleSilenceCheck = (milliseconds: number) => {
    clearTimeout(silenceTimer)
    if (loss !== undefined) return
    silenceTimer = setTimeout(checkSilence, Math.max(1, milliseconds))
    silenceTimer.unref()
  }

  const track = (statement: Promise<unknown>, ends = false) => {
    firstStatement ??= statement
    let backend: unknown
    const timer = setTimeout(() => {
      backend = pidOf(statement)
      markLost(timeoutError(timeout))
      closeSilentConnection(statement, timeout, statement)
    }, timeout)
    /**
     * Whether the answer came too late: the connection lives, and is still in the transaction that no code will end.
     */
    const onSettled = (answered: boolean) => {
      clearTimeout(timer)
      pending.delete(statement)
      if (ends) return clearTimeout(silenceTimer)
      if (loss === undefined || !answered || backend === undefined || pending.size > 0) return
      if (pidOf(statement) === backend) rollBack()
    }
    pending.add(statement)
    statement.then(
      (answer) => {
        firstFailure = undefined
        if (!ends && loss === undefined && endsTransaction(answer)) markLost(endedByBody)
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

  const unlessLost = <A>(promise: PromiseLike<A>): Promise<A> =>
    new Promise((resolve, reject) => {
      promise.then(
        (value) => loss ?? resolve(value),
        (cause: unknown) => loss ?? reject(cause),
      )
    })

  const rejected = (cause: unknown) => {
    const promise = Promise.reject(cause)
    promise.catch(() => {})
    return promise
  }

  const currentBarrier = () => loss ?? closed

  const wrapStatement = (statement: Promise<unknown>): unknown => {
    let tracked = false
    const trackOnce = () => {
      if (!tracked) track(statement)
      tracked = true
    }
    const wrapped: unknown = new Proxy(statement, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target)
        if (!isFunction(value)) return value
        return (...parameters: ReadonlyArray<unknown>) => {
          const barrier = currentBarrier()
          if (barrier !== undefined && sendingMethods.has(key)) {
            const instead = rejected(barrier.cause)
            const method: unknown = Reflect.get(instead, key)
            return isFunction(method) ? Reflect.apply(method, instead, parameters) : instead
          }
          // Before the caller, who may send the next statement at once. (A statement that is given rows by and by must know to whom before it is sent.)
          if (sendingMethods.has(key) && key !== 'forEach') trackOnce()
          if (deferredMethods.has(key)) scheduleSilenceCheck(timeout)
          const result: unknown = Reflect.apply(value, target, parameters)
          if (key === 'forEach') trackOnce()
          return result === target ? wrapped : result
        }
      },
    })
    return wrapped
  }

  const trackSavepoint = (savepoint: PromiseLike<unknown>) => {
    const done = () => void pending.delete(savepoint)
    pending.add(savepoint)
    savepoint.then(done, done)
  }

  const wrapResult = (result: unknown): unknown => (isStatement(result) ? wrapStatement(result) : result)

  const wrap = <T extends Record<string, unknown>>(transaction: Transaction<T>): Transaction<T> =>
    new Proxy(transaction, {
      apply: (target, self, parameters): unknown => wrapResult(Reflect.apply(target, self, parameters)),
      get: (target, key): unknown => {
        const value: unknown = Reflect.get(target, key)
        if (!isFunction(value)) return value
        if (key === 'unsafe' || key === 'file') {
          return (...parameters: ReadonlyArray<unknown>) => wrapResult(Reflect.apply(value, target, parameters))
        }
        if (key === 'prepare') {
          return () => {
            vetoed = { cause: preparedTransaction }
            return rejected(preparedTransaction)
          }
        }
        if (key !== 'savepoint') return value
        return (...parameters: ReadonlyArray<unknown>) => {
          const body = parameters.at(-1)
          const barrier = currentBarrier()
          if (barrier !== undefined || !isFunction(body)) return rejected(barrier?.cause)
          // The client gives the callback of a savepoint a transaction of the same kind.
          const inner = (nested: Transaction<T>) => unlessLost(Promise.resolve(body(wrap(nested))))
          scheduleSilenceCheck(timeout)
          const savepoint: unknown = Reflect.apply(value, target, [...parameters.slice(0, -1), inner])
          if (isStatement(savepoint)) trackSavepoint(savepoint)
          return savepoint
        }
      },
    })

  const close = async (): Promise<void> => {
    while (pending.size > 0) await Promise.allSettled(pending)
    closed = { cause: transactionOver }
  }

  return {
    markLost,
    isLost: () => loss !== undefined,
    lost,
    wrap,
    unlessLost,
    close,
    trackEnd: (statement) => {
      track(statement, true)
      return statement
    },
    failure: () => firstFailure,
    veto: () => vetoed,
  }
}
