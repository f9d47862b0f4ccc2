import type postgres from 'postgres'
import { noAnswer } from './deadline.ts'
import { failureOf } from './failure.ts'

type Transaction<T extends Record<string, unknown>> = postgres.TransactionSql<T>

/** Stands between a transaction of `postgres` and whoever uses it, and lets nothing through once the connection is lost. */
export interface Fence {
  readonly lose: (cause: unknown) => void
  readonly isLost: () => boolean
  /** Fails when the connection is lost, or as good as that: a statement had no answer in time. */
  readonly lost: Promise<never>
  readonly around: <T extends Record<string, unknown>>(transaction: Transaction<T>) => Transaction<T>
  /** What was given, unless the connection is lost by then: then it never settles. */
  readonly hold: <A>(promise: PromiseLike<A>) => Promise<A>
}

/** What sends a statement. Until then a statement may also be a fragment of another. */
const sends: ReadonlySet<PropertyKey> = new Set(['then', 'catch', 'finally', 'execute', 'forEach'])

type Call = (...parameters: ReadonlyArray<unknown>) => unknown

// By shape: whatever is called is called with what the caller gave.
const isCall = (value: unknown): value is Call => typeof value === 'function'

const isStatement = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && 'catch' in value

/**
 * The trap: when the connection of a transaction dies, `postgres` 3.4.9 goes on with it. The next statement, be it the caller's or the client's own COMMIT
 * or ROLLBACK, then ends the process by a `TypeError` that nobody can catch; or it runs on another connection, in autocommit or in a
 * transaction of somebody else. So from the first sign of the loss no statement is let through, and the callback never settles, which keeps the
 * client from ending what is over. (`begin` itself fails by another way.)
 */
export const makeFence = (timeout: number): Fence => {
  let loss: { readonly cause: unknown } | undefined
  let fail = (_cause: unknown) => {}
  const lost = new Promise<never>((_, reject) => {
    fail = reject
  })
  lost.catch(() => {})

  const lose = (cause: unknown) => {
    loss ??= { cause }
    fail(cause)
  }

  const notice = (cause: unknown) => {
    if (failureOf(cause)._tag === 'Lost') lose(cause)
  }

  const watch = (statement: Promise<unknown>) => {
    const late = setTimeout(() => lose(noAnswer(timeout)), timeout)
    statement.then(
      () => clearTimeout(late),
      (cause: unknown) => {
        clearTimeout(late)
        notice(cause)
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
          if (loss !== undefined && sends.has(key)) {
            const instead = refused(loss.cause)
            const method: unknown = Reflect.get(instead, key)
            return isCall(method) ? Reflect.apply(method, instead, parameters) : instead
          }
          // Before the caller, who may send the next statement at once. (A statement that is given rows by and by must know to whom before it is sent.)
          if (sends.has(key) && key !== 'forEach') watchOnce()
          const result: unknown = Reflect.apply(value, target, parameters)
          if (key === 'forEach') watchOnce()
          return result === target ? fenced : result
        }
      },
    })
    return fenced
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
        if (key !== 'savepoint') return value
        return (...parameters: ReadonlyArray<unknown>) => {
          const body = parameters.at(-1)
          if (loss !== undefined || !isCall(body)) return refused(loss?.cause)
          // The client gives the callback of a savepoint a transaction of the same kind.
          const inner = (nested: Transaction<T>) => hold(Promise.resolve(body(around(nested))))
          return Reflect.apply(value, target, [...parameters.slice(0, -1), inner])
        }
      },
    })

  return { lose, isLost: () => loss !== undefined, lost, around, hold }
}
