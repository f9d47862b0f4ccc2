import type { Logger, StoreUnavailable } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { classifyError } from './classifyError.ts'
import { failureFacts, firstFailure, untilDeadline } from './firstFailure.ts'
import { type AnswerRow, type RowRunner, type StatementParameters, textsOf } from './StatementRunner.ts'
import { backoff, sleep } from './timers.ts'

/** The rows of an answer, and the number of times the statement was sent. */
export interface QueryResult<Row = string> {
  readonly rows: ReadonlyArray<Row>
  readonly attempts: number
}

/**
 * Sends a statement that may be sent twice, until it is answered or `retryTimeout` milliseconds have passed; the
 * timeout of the store when absent.
 */
export type Query<Row = string> = (
  statement: string,
  parameters: StatementParameters,
  retryTimeout?: number,
) => Promise<E.Either<StoreUnavailable, QueryResult<Row>>>

/** Runs the requests of an open store. */
export interface RetryingClient {
  /** Returns the first column of each row as a text. */
  readonly query: Query
  /** Returns all columns of each row as bytes. */
  readonly queryRows: Query<AnswerRow>
  /** Runs work that does not begin with a statement. Once it is accepted, it may send the statements it needs. */
  readonly track: <A>(
    work: (queryRows: Query<AnswerRow>) => Promise<E.Either<StoreUnavailable, A>>,
  ) => Promise<E.Either<StoreUnavailable, A>>
  /** Refuses new requests, and waits for those in progress. */
  readonly stop: () => Promise<void>
}

export interface RetryingClientOptions {
  readonly run: RowRunner
  readonly retryTimeout: number
  readonly logger: Logger
}

export const makeRetryingClient = ({
  run,
  retryTimeout: defaultRetryTimeout,
  logger,
}: RetryingClientOptions): RetryingClient => {
  let underWay = 0
  let idleWaiters: Array<() => void> = []
  let stopped = false
  let failing = false

  /** Reports the first failure of an outage at once, because each statement fails only after a long time. */
  const reportFirst = (error: StoreUnavailable): void => {
    if (!failing) logger.warn('the database cannot be reached: sending statements again', failureFacts(error))
    failing = true
  }

  const withRetries =
    <Row>(send: (statement: string, parameters: StatementParameters) => Promise<ReadonlyArray<Row>>): Query<Row> =>
    async (statement, parameters, retryTimeout = defaultRetryTimeout) => {
      const retryUntil = Date.now() + retryTimeout
      let first: StoreUnavailable | undefined
      for (let attempts = 1; ; attempts++) {
        try {
          const rows = await untilDeadline(first, retryUntil, send(statement, parameters))
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

  const texts = withRetries(textsOf(run))
  const rows = withRetries(run)

  const wakeWaiters = (): void => {
    for (const wake of idleWaiters) wake()
    idleWaiters = []
  }

  const accept = async <A>(
    work: () => Promise<E.Either<StoreUnavailable, A>>,
  ): Promise<E.Either<StoreUnavailable, A>> => {
    if (stopped) return E.left(storeUnavailable('the store was stopped', false, undefined))
    underWay++
    try {
      return await work()
    } finally {
      underWay--
      if (underWay === 0) wakeWaiters()
    }
  }

  return {
    query: (statement, parameters, retryTimeout) => accept(() => texts(statement, parameters, retryTimeout)),
    queryRows: (statement, parameters, retryTimeout) => accept(() => rows(statement, parameters, retryTimeout)),
    track: (work) => accept(() => work(rows)),
    stop: () =>
      new Promise((resolve) => {
        stopped = true
        idleWaiters.push(resolve)
        if (underWay === 0) wakeWaiters()
      }),
  }
}
