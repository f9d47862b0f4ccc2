import type postgres from 'postgres'
import { noAnswer } from './deadline.ts'
import { isConnectionLost } from './failure.ts'
import { giveUpConnectionOf, patienceLeft } from './sockets.ts'

type Transaction<T extends Record<string, unknown>> = postgres.TransactionSql<T>

/**
 * Stands between a transaction of `postgres` and the code that uses it, and lets no statement through once the
 * connection is lost, or the transaction is about to end.
 */
export interface Fence {
  readonly lose: (cause: unknown) => void
  readonly isLost: () => boolean
  /** Fails when the connection is lost, or as good as that: a statement had no answer in time. */
  readonly lost: Promise<never>
  readonly around: <T extends Record<string, unknown>>(transaction: Transaction<T>) => Transaction<T>
  /** What was given, unless the connection is lost by then: then it never settles. */
  readonly hold: <A>(promise: PromiseLike<A>) => Promise<A>
  /**
   * Waits for the statements and savepoints that are under way, then lets no further statement through. Without it, a
   * statement that the body has not awaited could reach the connection after the end of the transaction, in autocommit
   * or in another transaction.
   */
  readonly close: () => Promise<void>
  /** The answer to the statement that ends the transaction, sent beside the fence. */
  readonly end: <A extends Promise<unknown>>(statement: A) => A
  /**
   * The failure that has aborted the transaction, as far as it is known: the first one after the last statement that
   * succeeded.
   */
  readonly failure: () => { readonly cause: unknown } | undefined
  /** Why the transaction must not be committed, whatever its body says. */
  readonly veto: () => { readonly cause: unknown } | undefined
}

export interface FenceOptions {
  readonly timeout: number
  /**
   * Undoes the transaction, on its own connection. Called when a connection answers after all that counted as lost: no
   * other code would do it.
   */
  readonly undo: () => void
}

/**
 * A body that ends the transaction by itself releases its connection: later statements would run in autocommit, or in
 * another transaction.
 */
const endedByItself = {
  message:
    'the body has ended its transaction by itself: its earlier statements may be stored. Leave COMMIT and ROLLBACK to `transaction`',
}

const isOver = { message: 'the transaction is over: await every statement before the body ends' }

const prepares = {
  message:
    'a transaction cannot be prepared here: readers of the log would wait for its end, and a Right would not mean that it is committed',
}

/** What sends a statement. Until then a statement may also be a fragment of another. */
const sends: ReadonlySet<PropertyKey> = new Set(['then', 'catch', 'finally', 'execute', 'forEach'])

/** What is sent later, by the client. */
const waitsByItself: ReadonlySet<PropertyKey> = new Set(['cursor', 'readable', 'writable'])

type Call = (...parameters: ReadonlyArray<unknown>) => unknown

// By shape: whatever is called is called with what the caller gave.
const isCall = (value: unknown): value is Call => typeof value === 'function'

const isStatement = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && 'catch' in value

/**
 * Whether a statement that succeeded has ended the transaction. `ROLLBACK TO` a savepoint has the tag of `ROLLBACK`.
 */
const hasEnded = (answer: unknown): boolean => {
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
export const makeFence = ({ timeout, undo }: FenceOptions): Fence => {
  let loss: { readonly cause: unknown } | undefined
  let barred: { readonly cause: unknown } | undefined
  let failed: { readonly cause: unknown } | undefined
  let vetoed: { readonly cause: unknown } | undefined
  /** Represents the connection: all statements go there. */
  let first: Promise<unknown> | undefined
  let patrol: ReturnType<typeof setTimeout> | undefined
  const pending = new Set<PromiseLike<unknown>>()
  let fail = (_cause: unknown) => {}
  const lost = new Promise<never>((_, reject) => {
    fail = reject
  })
  lost.catch(() => {})

  const lose = (cause: unknown) => {
    loss ??= { cause }
    clearTimeout(patrol)
    fail(cause)
  }

  /**
   * For waits without a statement of ours: a savepoint, a cursor, a copy. The timer begins with the first of these,
   * because a timer for each transaction would cost all transactions.
   */
  const look = () => {
    const left = first === undefined ? undefined : patienceLeft(first, timeout)
    if (left === undefined || left > 0) return guard(left ?? timeout)
    giveUpConnectionOf(first, timeout, new Promise(() => {}))
    lose(noAnswer(timeout))
  }

  const guard = (milliseconds: number) => {
    clearTimeout(patrol)
    if (loss !== undefined) return
    patrol = setTimeout(look, Math.max(1, milliseconds))
    patrol.unref()
  }

  const watch = (statement: Promise<unknown>, ends = false) => {
    first ??= statement
    let backend: unknown
    const late = setTimeout(() => {
      backend = pidOf(statement)
      lose(noAnswer(timeout))
      giveUpConnectionOf(statement, timeout, statement)
    }, timeout)
    /**
     * Whether the answer came too late: the connection lives, and is still in the transaction that no code will end.
     */
    const settled = (answered: boolean) => {
      clearTimeout(late)
      pending.delete(statement)
      if (ends) return clearTimeout(patrol)
      if (loss === undefined || !answered || backend === undefined || pending.size > 0) return
      if (pidOf(statement) === backend) undo()
    }
    pending.add(statement)
    statement.then(
      (answer) => {
        failed = undefined
        if (!ends && loss === undefined && hasEnded(answer)) lose(endedByItself)
        settled(true)
      },
      (cause: unknown) => {
        const gone = isConnectionLost(cause)
        failed ??= { cause }
        if (gone) lose(cause)
        settled(!gone)
      },
    )
  }

  const hold = <A>(promise: PromiseLike<A>): Promise<A> =>
    new Promise((resolve, reject) => {
      promise.then(
        (value) => loss ?? resolve(value),
        (cause: unknown) => loss ?? reject(cause),
      )
    })

  const refused = (cause: unknown) => {
    const promise = Promise.reject(cause)
    promise.catch(() => {})
    return promise
  }

  const bar = () => loss ?? barred

  const aroundStatement = (statement: Promise<unknown>): unknown => {
    let watched = false
    const watchOnce = () => {
      if (!watched) watch(statement)
      watched = true
    }
    const fenced: unknown = new Proxy(statement, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target)
        if (!isCall(value)) return value
        return (...parameters: ReadonlyArray<unknown>) => {
          const barrier = bar()
          if (barrier !== undefined && sends.has(key)) {
            const instead = refused(barrier.cause)
            const method: unknown = Reflect.get(instead, key)
            return isCall(method) ? Reflect.apply(method, instead, parameters) : instead
          }
          // Before the caller, who may send the next statement at once. (A statement that is given rows by and by must know to whom before it is sent.)
          if (sends.has(key) && key !== 'forEach') watchOnce()
          if (waitsByItself.has(key)) guard(timeout)
          const result: unknown = Reflect.apply(value, target, parameters)
          if (key === 'forEach') watchOnce()
          return result === target ? fenced : result
        }
      },
    })
    return fenced
  }

  const underWay = (savepoint: PromiseLike<unknown>) => {
    const done = () => void pending.delete(savepoint)
    pending.add(savepoint)
    savepoint.then(done, done)
  }

  const aroundResult = (made: unknown): unknown => (isStatement(made) ? aroundStatement(made) : made)

  const around = <T extends Record<string, unknown>>(transaction: Transaction<T>): Transaction<T> =>
    new Proxy(transaction, {
      apply: (target, self, parameters): unknown => aroundResult(Reflect.apply(target, self, parameters)),
      get: (target, key): unknown => {
        const value: unknown = Reflect.get(target, key)
        if (!isCall(value)) return value
        if (key === 'unsafe' || key === 'file') {
          return (...parameters: ReadonlyArray<unknown>) => aroundResult(Reflect.apply(value, target, parameters))
        }
        if (key === 'prepare') {
          return () => {
            vetoed = { cause: prepares }
            return refused(prepares)
          }
        }
        if (key !== 'savepoint') return value
        return (...parameters: ReadonlyArray<unknown>) => {
          const body = parameters.at(-1)
          const barrier = bar()
          if (barrier !== undefined || !isCall(body)) return refused(barrier?.cause)
          // The client gives the callback of a savepoint a transaction of the same kind.
          const inner = (nested: Transaction<T>) => hold(Promise.resolve(body(around(nested))))
          guard(timeout)
          const savepoint: unknown = Reflect.apply(value, target, [...parameters.slice(0, -1), inner])
          if (isStatement(savepoint)) underWay(savepoint)
          return savepoint
        }
      },
    })

  const close = async (): Promise<void> => {
    while (pending.size > 0) await Promise.allSettled(pending)
    barred = { cause: isOver }
  }

  return {
    lose,
    isLost: () => loss !== undefined,
    lost,
    around,
    hold,
    close,
    end: (statement) => {
      watch(statement, true)
      return statement
    },
    failure: () => failed,
    veto: () => vetoed,
  }
}
