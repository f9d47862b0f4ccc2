import type postgres from 'postgres'
import { isFunction } from './untypedValue.ts'

export type Transaction<T extends Record<string, unknown>> = postgres.TransactionSql<T>

/** The functions that a proxy of a transaction calls. */
export interface TransactionProxyHooks {
  /** Why no further statement may be sent; undefined while statements may be sent. */
  readonly barrier: () => { readonly cause: unknown } | undefined
  /** Called when a statement is sent. */
  readonly onSent: (statement: Promise<unknown>) => void
  /** Called before a wait that no sent statement covers: a savepoint, a cursor, a copy. */
  readonly onUntrackedWait: () => void
  readonly onSavepoint: (savepoint: PromiseLike<unknown>) => void
  /** Called when the body has done what makes a commit impossible. */
  readonly onVeto: (cause: unknown) => void
  /** Settles as the given promise does, unless the connection is lost by then: then it never settles. */
  readonly unlessLost: <A>(promise: PromiseLike<A>) => Promise<A>
}

const preparedTransaction = {
  message:
    'a transaction cannot be prepared here: readers of the log would wait for its end, and a Right would not mean that it is committed',
}

/** The methods that send a statement. Until one is called, a statement may also be a fragment of another. */
const sendingMethods: ReadonlySet<PropertyKey> = new Set(['then', 'catch', 'finally', 'execute', 'forEach'])

/** The methods whose statement the client sends later. */
const deferredMethods: ReadonlySet<PropertyKey> = new Set(['cursor', 'readable', 'writable'])

const isStatement = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && 'catch' in value

const rejected = (cause: unknown) => {
  const promise = Promise.reject(cause)
  promise.catch(() => {})
  return promise
}

/**
 * Makes a function that wraps a transaction of the client, with its savepoints. Every statement of the body then passes
 * through `hooks`; nothing else of the transaction changes.
 */
export const makeTransactionProxy = ({
  barrier,
  onSent,
  onUntrackedWait,
  onSavepoint,
  onVeto,
  unlessLost,
}: TransactionProxyHooks): (<T extends Record<string, unknown>>(transaction: Transaction<T>) => Transaction<T>) => {
  const wrapStatement = (statement: Promise<unknown>): unknown => {
    let sent = false
    const markSent = () => {
      if (!sent) onSent(statement)
      sent = true
    }
    const wrapped: unknown = new Proxy(statement, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target)
        if (!isFunction(value)) return value
        return (...parameters: ReadonlyArray<unknown>) => {
          const stopped = barrier()
          if (stopped !== undefined && sendingMethods.has(key)) {
            const instead = rejected(stopped.cause)
            const method: unknown = Reflect.get(instead, key)
            return isFunction(method) ? Reflect.apply(method, instead, parameters) : instead
          }
          // Before the caller's own callback, which may send the next statement at once. (`forEach` must set the
          // receiver of the rows before the statement is sent.)
          if (sendingMethods.has(key) && key !== 'forEach') markSent()
          if (deferredMethods.has(key)) onUntrackedWait()
          const result: unknown = Reflect.apply(value, target, parameters)
          if (key === 'forEach') markSent()
          return result === target ? wrapped : result
        }
      },
    })
    return wrapped
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
            onVeto(preparedTransaction)
            return rejected(preparedTransaction)
          }
        }
        if (key !== 'savepoint') return value
        return (...parameters: ReadonlyArray<unknown>) => {
          const body = parameters.at(-1)
          const stopped = barrier()
          if (stopped !== undefined || !isFunction(body)) return rejected(stopped?.cause)
          // The client passes a transaction of the same kind to the callback of a savepoint.
          const inner = (nested: Transaction<T>) => unlessLost(Promise.resolve(body(wrap(nested))))
          onUntrackedWait()
          const savepoint: unknown = Reflect.apply(value, target, [...parameters.slice(0, -1), inner])
          if (isStatement(savepoint)) onSavepoint(savepoint)
          return savepoint
        }
      },
    })

  return wrap
}
