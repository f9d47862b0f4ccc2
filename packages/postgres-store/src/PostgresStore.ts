import { createHash } from 'node:crypto'
import {
  type Append,
  type AppendError,
  type Appended,
  CheckedAppend,
  type EventStore,
  type HandlerStore,
  type InlineStore,
  type InvalidInput,
  Logger,
  type LogTail,
  type SnapshotStore,
  storeUnavailable,
} from '@foldlog/core'
import { either as E, function as F, type task as T, type taskEither as TE } from 'fp-ts'
import type { Batching } from './Batching.ts'
import { appendErrorOf, makeAppendBatcher } from './internal/appends/AppendBatcher.ts'
import { type AppendOutcome, decodeResults } from './internal/appends/appendResults.ts'
import { inlineOn } from './internal/appends/inline.ts'
import { sendAppends, sendAppendsInTransaction } from './internal/appends/sendAppends.ts'
import { classifyError } from './internal/client/classifyError.ts'
import { observeSockets } from './internal/client/observeSockets.ts'
import { makeRetryingClient } from './internal/client/RetryingClient.ts'
import { makeStatementRunner } from './internal/client/StatementRunner.ts'
import { commitsOn } from './internal/handlers/commits.ts'
import { documentsOn } from './internal/handlers/documents.ts'
import { leasesOn } from './internal/handlers/leases.ts'
import { registryOn } from './internal/handlers/registry.ts'
import { tailOn } from './internal/notifications/tail.ts'
import { logReadsOn } from './internal/reads/logReads.ts'
import { snapshotsOn } from './internal/reads/snapshots.ts'
import { streamsOn } from './internal/reads/streams.ts'
import { handlerStatementsIn } from './internal/schema/HandlerStatements.ts'
import { statementsIn } from './internal/schema/Statements.ts'
import { quoteSchema } from './internal/schema/schemaName.ts'
import type { SqlClient } from './SqlClient.ts'

/**
 * What a Postgres store is made of. Only `sql` is needed: your own client of `postgres`; the store opens no other
 * connection, but the client opens one more to listen for appends of other processes, when the first listener comes,
 * and closes it when it is ended. From now on foldlog makes the sockets of the client, as the client would, so that it
 * can close a connection that does not answer.
 *
 * @category model
 * @since 0.1.0
 */
export interface PostgresStoreOptions {
  readonly sql: SqlClient
  /** The schema of the log, `foldlog` when absent. */
  readonly schema?: string
  /** Caps of the group commit: 128 appends and 4,000,000 characters in a batch, 3 batches in flight, 10,000 appends waiting. */
  readonly batching?: Partial<Batching>
  /** Milliseconds for which work is tried again after a lost connection, 15,000 when absent. Then it fails with `StoreUnavailable`. */
  readonly retryTimeout?: number
  /**
   * Milliseconds within which a statement must be answered, 10,000 when absent; then it counts as lost, and is sent
   * again. The store closes a connection that owes an answer and has been silent for as long.
   */
  readonly statementTimeout?: number
  /**
   * Whether other processes are told of appends and listened to, true when absent. Without it they find them by looking. Behind a pooler in transaction
   * mode nothing is heard: say false there, or give a client whose `listen` is that of another, direct one.
   */
  readonly notifications?: boolean
  readonly logger?: Logger
}

/**
 * The appends of a store, within a transaction of the caller's.
 *
 * @category model
 * @since 0.1.0
 */
export type TransactionalAppends = Pick<EventStore, 'append' | 'appendAll'>

/**
 * An event store on Postgres, with snapshots, the end of its log to follow, and what handlers keep.
 *
 * @category model
 * @since 0.1.0
 */
export interface PostgresStore extends EventStore, SnapshotStore, LogTail, HandlerStore, InlineStore {
  /**
   * Appends within a transaction of the caller's, committed and rolled back with it; see {@link transaction}, which
   * survives the death of its connection. A `Right` says that the append is part of the transaction; only the end of
   * the transaction says whether it is committed. Each append is one statement, two when the first finds that it cannot
   * be stored as it is. Until the transaction ends it holds the rows of its streams, and readers of the log wait at the
   * position where its appends began: keep it short. A `StoreUnavailable` has aborted the transaction, an
   * `EventIdReused` may have; other errors leave it usable. Transactions that append to the same streams in different
   * orders may deadlock: that is a `StoreUnavailable` with `retryable`, and the whole transaction can be tried again.
   * Nobody is woken, because nobody knows when it ends: followers of the log find its events by looking.
   */
  readonly inTransaction: (transaction: SqlClient) => TransactionalAppends
  /** Refuses new work, finishes what is waiting and in flight. The client stays open: it is yours. */
  readonly stop: T.Task<void>
}

const defaultBatching: Batching = { appends: 128, characters: 4_000_000, inFlight: 3, waiting: 10_000 }

type AppendParts = (parts: ReadonlyArray<CheckedAppend>) => Promise<AppendOutcome>

const appendMethods = (appendParts: AppendParts): TransactionalAppends => {
  const appendAll = (appends: ReadonlyArray<Append>): TE.TaskEither<AppendError, ReadonlyArray<Appended>> => {
    return async () => {
      const checked = CheckedAppend.check(appends)
      if (E.isLeft(checked)) return checked
      const outcome = await appendParts(checked.right)
      return F.pipe(
        outcome,
        // Who brings no views is not told that they are stale: foldlog.lock_views fails then.
        E.mapLeft((error) => (error._tag === 'ViewConflict' ? storeUnavailable('no verdict', false, error) : error)),
      )
    }
  }
  return {
    appendAll,
    append: (append) => async () => {
      const outcome = await appendAll([append])()
      return F.pipe(
        outcome,
        // One append, checked, gives one result.
        E.map(([appended]) => appended as Appended),
      )
    },
  }
}

/** One for each schema; that of another database is another one anyway. Hashed, because a channel has 63 bytes at most. */
const channelOf = (quotedSchema: string): string => `foldlog_${createHash('md5').update(quotedSchema).digest('hex')}`

const makeStore = (schema: string, options: PostgresStoreOptions): PostgresStore => {
  const { sql, batching, retryTimeout = 15_000, statementTimeout = 10_000, notifications = true } = options
  const logger = Logger.safe(options.logger ?? Logger.silent)
  observeSockets(sql)
  const statements = statementsIn(schema)
  const handlerStatements = handlerStatementsIn(schema)
  const run = makeStatementRunner(sql, statementTimeout)
  const batcher = makeAppendBatcher({
    sendBatch: sendAppends(run, statements),
    batching: { ...defaultBatching, ...batching },
    retryTimeout,
    logger,
  })
  const client = makeRetryingClient(run, retryTimeout)
  const {
    settledPosition: head,
    history,
    verify,
    onAppend,
    ...tail
  } = tailOn({
    sql,
    run,
    client,
    statements: handlerStatements,
    channel: channelOf(schema),
    statementTimeout,
    notifications,
    logger,
  })
  const append = async (parts: ReadonlyArray<CheckedAppend>, views?: string): Promise<AppendOutcome> => {
    const outcome = await batcher.append(parts, views)
    if (E.isRight(outcome)) tail.notify()
    return outcome
  }
  return {
    ...appendMethods(append),
    ...inlineOn({ append, client, statements: handlerStatements }),
    ...streamsOn(client, statements),
    ...logReadsOn(client, statements),
    ...snapshotsOn(client, statements),
    settledPosition: head,
    history,
    verify,
    onAppend,
    ...registryOn(client, handlerStatements),
    ...leasesOn(client, handlerStatements),
    ...commitsOn(client, handlerStatements),
    ...documentsOn(client, handlerStatements),
    inTransaction: (transaction) => {
      const sendBatch = sendAppendsInTransaction(makeStatementRunner(transaction, statementTimeout), statements)
      return appendMethods(async (parts) => {
        try {
          const answer = await sendBatch([{ parts, views: undefined }])
          return decodeResults([parts], answer)[0] ?? E.right([])
        } catch (cause) {
          return E.left(appendErrorOf(parts, classifyError(cause)))
        }
      })
    },
    stop: async () => {
      await Promise.all([batcher.stop(), client.stop()])
      await tail.stop()
    },
  }
}

/**
 * The store, or why the name of its schema will not do.
 *
 * @category constructors
 * @since 0.1.0
 */
export const buildPostgresStore = (options: PostgresStoreOptions): E.Either<InvalidInput, PostgresStore> => {
  // Not `??`: a null from outside is a mistake, and not the wish for the schema `foldlog`.
  const { schema = 'foldlog' } = options
  return F.pipe(
    quoteSchema(schema),
    E.map((quoted) => makeStore(quoted, options)),
  )
}

/**
 * An event store on your own Postgres client. Run the migrations first. A schema name that will not do is a mistake in the program and
 * throws here, at once; {@link buildPostgresStore} gives the same as an `Either`.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { migrate, postgresStore } from '@foldlog/postgres-store'
 * import postgres from 'postgres'
 *
 * const sql = postgres(process.env['DATABASE_URL'] ?? '', { fetch_types: false })
 * await migrate({ sql })()
 * const store = postgresStore({ sql })
 * console.log(await store.settledPosition())
 * await store.stop()
 * await sql.end()
 * ```
 *
 * ```text
 * { _tag: 'Right', right: 0 }
 * ```
 */
export const postgresStore = (options: PostgresStoreOptions): PostgresStore =>
  F.pipe(
    buildPostgresStore(options),
    E.getOrElse(({ what, why }): PostgresStore => {
      throw new Error(`${what}: ${why}`)
    }),
  )
