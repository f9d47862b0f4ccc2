import type { Logger, StoreUnavailable } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { classifyError } from './classifyError.ts'
import { failureFacts, firstFailure, untilDeadline } from './firstFailure.ts'
import type { StatementParameters, StatementRunner } from './StatementRunner.ts'
import { backoff, sleep } from './timers.ts'

/** The rows of an answer, and the number of times the statement was sent. */
export interface QueryResult {
  readonly rows: ReadonlyArray<string>
  readonly attempts: number
}

/**
 * Sends a statement that may be sent twice, until it is answered or `retryTimeout` milliseconds have passed; the
 * timeout of the store when absent.
 */
export type Query = (
  statement: string,
  parameters: StatementParameters,
  retryTimeout?: number,
) => Promise<E.Either<StoreUnavailable, QueryResult>>

/** Runs the requests of an open store. */
export interface RetryingClient {
  readonly query: Query
  /** Runs work that does not begin with a statement. Once it is accepted, it may send the statements it needs. */
  readonly track: <A>(
    work: (query: Query) => Promise<E.Either<StoreUnavailable, A>>,
  ) => Promise<E.Either<StoreUnavailable, A>>
  /** Refuses new requests, and waits for those in progress. */
  readonly stop: () => Promise<void>
}

export interface RetryingClientOptions {
  readonly run: StatementRunner
  readonly retryTimeout: number
  readonly logger: Logger
}

export const makeRetryingClient = ({
  run,
  retryTimeout: defaultRetryTimeout,
  logger,
}: RetryingClientOptions): RetryingClient => {
  const pending = new Set<Promise<unknown>>()
  let stopped = false
  let failing = false

  /** Reports the first failure of an outage at once, because each statement fails only after a long time. */
  const reportFirst = (error: StoreUnavailable): void => {
    if (!failing) logger.warn('the database cannot be reached: sending statements again', failureFacts(error))
    failing = true
  }

  const queryWithRetries: Query = async (statement, parameters, retryTimeout = defaultRetryTimeout) => {
    const retryUntil = Date.now() + retryTimeout
    let first: StoreUnavailable | undefined
    for (let attempts = 1; ; attempts++) {
      try {
        const rows = await untilDeadline(first, retryUntil, run(statement, parameters))
        failing = false
        return E.right({ rows, attempts })
      } catch (cause) {
        const failure = classifyError(cause)
        if (failure._tag === 'DuplicateId') return E.left(storeUnavailable(failure.detail, false, cause))
        if (failure._tag === 'Lost') reportFirst(failure.error)
        if (failure._tag === 'Refused') return E.left(failure.error)
        if (Date.now() >= retryUntil) return E.left(firstFailure(first, failure.error))
        first ??= failure.error
        await sleep(backoff(attempts))
      }
    }
  }

  const track: RetryingClient['track'] = (work) => {
    if (stopped) return Promise.resolve(E.left(storeUnavailable('the store was stopped', false, undefined)))
    const request = work(queryWithRetries)
    pending.add(request)
    return request.finally(() => pending.delete(request))
  }

  return {
    query: (statement, parameters, retryTimeout) => track((query) => query(statement, parameters, retryTimeout)),
    track,
    stop: async () => {
      stopped = true
      await Promise.all(pending)
    },
  }
}
