import type postgres from 'postgres'
import { isConnectionLost } from './classifyError.ts'
import { closeSilentConnection, silenceLeftFor } from './observeSockets.ts'
import { timeoutError } from './timers.ts'

type Transaction<T extends Record<string, unknown>> = postgres.TransactionSql<T>

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

const preparedTransaction = {
  message:
    'a transaction cannot be prepared here: readers of the log would wait for its end, and a Right would not mean that it is committed',
}

/** The methods that send a statement. Until one is called, a statement may also be a fragment of another. */
const sendingMethods: ReadonlySet<PropertyKey> = new Set(['then', 'catch', 'finally', 'execute', 'forEach'])

/** The methods whose statement the client sends later. */
const deferredMethods: ReadonlySet<PropertyKey> = new Set(['cursor', 'readable', 'writable'])

type AnyFunction = (...parameters: ReadonlyArray<unknown>) => unknown

// By shape: every function is called with the caller's own arguments.
const isFunction = (value: unknown): value is AnyFunction => typeof value === 'function'

const isStatement = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && 'catch' in value

/**
 * Whether a successful statement has ended the transaction. `ROLLBACK TO` a savepoint has the tag of `ROLLBACK`.
 */
const endsTransaction = (answer: unknown): boolean => {
  // Several statements in one text have several results: an array without a `command` property.
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
  let loss: { readonly cause: unknown } | undefined
  let closed: { readonly cause: unknown } | undefined
  let firstFailure: { readonly cause: unknown } | undefined
  let vetoed: { readonly cause: unknown } | undefined
  /** Identifies the connection: all statements go there. */
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
   * For waits without a tracked statement: a savepoint, a cursor, a copy. The timer begins with the first of these,
   * because a timer for each transaction would cost every transaction.
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
     * Handles a late answer: the connection lives, and is still in the transaction that no other code will end.
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
          // Before the caller's own callback, which may send the next statement at once. (`forEach` must set the
          // receiver of the rows before the statement is sent.)
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
          // The client passes a transaction of the same kind to the callback of a savepoint.
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
