import {
  type BoundaryStore,
  type EventStore,
  type HandlerStore,
  type InlineStore,
  type InvalidInput,
  Logger,
  type LogTail,
  type OpenAppends,
  type PartialOptions,
  type SnapshotStore,
  type StoreInspection,
  type TaggingStore,
} from '@foldlog/core'
import { type CheckedAppend, NumberOption } from '@foldlog/core/store'
import { apply as Ap, either as E, function as F, type task as T } from 'fp-ts'
import { Batching } from './Batching.ts'
import { makeAppendBatcher } from './internal/appends/AppendBatcher.ts'
import { appendMethods } from './internal/appends/appendMethods.ts'
import type { AppendOutcome } from './internal/appends/appendResults.ts'
import { inlineOn } from './internal/appends/inline.ts'
import { sendAppends } from './internal/appends/sendAppends.ts'
import { transactionalAppends } from './internal/appends/transactionalAppends.ts'
import { checkClient } from './internal/client/checkClient.ts'
import { observeSockets } from './internal/client/observeSockets.ts'
import { makeRetryingClient } from './internal/client/RetryingClient.ts'
import { makeRowRunner, makeStatementRunner, textsOf } from './internal/client/StatementRunner.ts'
import { makeStatementTurns } from './internal/client/StatementTurns.ts'
import { withReadableAnswers } from './internal/client/withReadableAnswers.ts'
import { checkpointsOn } from './internal/handlers/checkpoints.ts'
import { commitsOn } from './internal/handlers/commits.ts'
import { documentsOn } from './internal/handlers/documents.ts'
import { leasesOn } from './internal/handlers/leases.ts'
import { registryOn } from './internal/handlers/registry.ts'
import { removalsOn } from './internal/handlers/removals.ts'
import { statusesOn } from './internal/handlers/statuses.ts'
import { viewIndexesOn } from './internal/handlers/viewIndexes.ts'
import { inspectionOn } from './internal/inspection/inspection.ts'
import { channelOf } from './internal/notifications/channelOf.ts'
import { tailOn } from './internal/notifications/tail.ts'
import { logReadsOn } from './internal/reads/logReads.ts'
import { matchingOn } from './internal/reads/matching.ts'
import { openAppendsOn } from './internal/reads/openAppends.ts'
import { snapshotsOn } from './internal/reads/snapshots.ts'
import { streamsOn } from './internal/reads/streams.ts'
import { handlerStatementsIn } from './internal/schema/HandlerStatements.ts'
import { statementsIn } from './internal/schema/Statements.ts'
import { quoteSchema } from './internal/schema/schemaName.ts'
import { taggingsOn } from './internal/taggings/taggings.ts'
import type { SchemaOptions } from './SchemaOptions.ts'
import type { SqlClient } from './SqlClient.ts'
import type { TransactionalAppends } from './TransactionalAppends.ts'

/**
 * The options of a Postgres store. Only `sql` is required: your own client of `postgres`. The store opens no other
 * connection. The client itself opens one more to listen for appends of other processes when the first listener is
 * added, and closes it when the client is ended. From now on foldlog makes the sockets of the client, as the client
 * would, so that it can close a connection that does not answer.
 *
 * @category model
 * @since 0.1.0
 */
export interface PostgresStoreOptions extends SchemaOptions {
  readonly sql: SqlClient
  /** The limits of group commit; see {@link Batching}. */
  readonly batching?: PartialOptions<Batching> | undefined
  /**
   * Milliseconds during which work is retried after a lost connection, 15,000 when absent. Then it fails with
   * `StoreUnavailable`.
   */
  readonly retryTimeout?: number | undefined
  /**
   * Milliseconds within which a statement must be answered, 10,000 when absent. After that it counts as lost and is
   * sent again. The store closes a connection that owes an answer and has been silent for that long.
   */
  readonly statementTimeout?: number | undefined
  /**
   * Whether the store notifies other processes of appends and listens for theirs, true when absent. Without
   * notifications, readers find appends by polling. Behind a pooler in transaction mode no notification arrives: set
   * this to false, or pass a client whose `listen` is that of another, direct client.
   */
  readonly notifications?: boolean | undefined
  readonly logger?: Logger | undefined
}

type LogPorts = EventStore & BoundaryStore & TaggingStore & SnapshotStore & LogTail & OpenAppends & StoreInspection

/**
 * An event store on Postgres, with consistency boundaries, snapshots, the tail of its log, and the storage of handlers.
 *
 * @category model
 * @since 0.1.0
 */
export interface PostgresStore extends LogPorts, HandlerStore, InlineStore {
  /** It keeps tags, and looks at conditions. */
  readonly features: { readonly conditions: true }
  /**
   * Appends within a transaction of the caller, committed and rolled back with it; see {@link transaction}, which
   * survives the loss of its connection. A `Right` means that the append is part of the transaction; only the end of
   * the transaction shows whether it is committed. Each append is one statement, two when the first finds that the
   * events cannot be stored as they are. Until the transaction ends it locks the rows of its streams, and readers of
   * the log wait at the position where its appends began: keep it short. A `StoreUnavailable` has aborted the
   * transaction, an `EventIdReused` may have; other errors leave it usable. Transactions that append to the same
   * streams in different orders may deadlock: that is a `StoreUnavailable` with `retryable`, and the whole transaction
   * can be retried. No listener is notified, because the store does not know when the transaction ends: readers of the
   * log find its events by polling.
   */
  readonly inTransaction: (transaction: SqlClient) => TransactionalAppends
  /** Refuses new work, and finishes work that is waiting or in flight. The client stays open: it is yours. */
  readonly stop: T.Task<void>
}

/** The numbers among the options, checked, with their defaults. */
interface StoreNumbers {
  readonly batching: Batching
  readonly retryTimeout: number
  readonly statementTimeout: number
}

const milliseconds = (absent: number): NumberOption => ({ min: 1, max: NumberOption.longestTimer, absent })

const readNumbers = ({
  batching,
  retryTimeout,
  statementTimeout,
}: PostgresStoreOptions): E.Either<InvalidInput, StoreNumbers> =>
  Ap.sequenceS(E.Applicative)({
    batching: Batching.check(batching),
    // With 0 the store sends nothing again.
    retryTimeout: NumberOption.read('retryTimeout', { ...milliseconds(15_000), min: 0 }, retryTimeout),
    statementTimeout: NumberOption.read('statementTimeout', milliseconds(10_000), statementTimeout),
  })

const makeStore = (schema: string, options: PostgresStoreOptions, numbers: StoreNumbers): PostgresStore => {
  const { sql, notifications = true } = options
  const { batching, retryTimeout, statementTimeout } = numbers
  const logger = Logger.safe(options.logger ?? Logger.silent)
  observeSockets(sql)
  const statements = statementsIn(schema)
  const handlerStatements = handlerStatementsIn(schema)
  const turns = makeStatementTurns()
  const runRows = makeRowRunner(sql, statementTimeout, turns)
  const run = textsOf(runRows)
  const batcher = makeAppendBatcher({
    sendBatch: sendAppends(run, statements),
    batching,
    retryTimeout,
    logger,
  })
  const client = makeRetryingClient({ run: runRows, retryTimeout, logger })
  const { settledPosition, history, verify, onAppend, ...tail } = tailOn({
    sql,
    turns,
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
    ...withReadableAnswers({
      ...streamsOn(client, statements),
      ...logReadsOn(client, statements),
      ...snapshotsOn(client, statements),
      ...openAppendsOn(client, statements),
      ...inspectionOn(client, schema),
      ...matchingOn(client, statements),
      ...taggingsOn(client, schema),
      settledPosition,
      history,
      verify,
      ...registryOn(client, handlerStatements),
      ...removalsOn(client, handlerStatements),
      ...checkpointsOn(client, handlerStatements),
      ...statusesOn(client, handlerStatements),
      ...leasesOn(client, handlerStatements),
      ...commitsOn(client, handlerStatements),
      ...documentsOn(client, handlerStatements),
      ...viewIndexesOn(client, { sql, quotedSchema: schema, statements: handlerStatements }),
    }),
    onAppend,
    features: { conditions: true },
    inTransaction: (transaction) =>
      transactionalAppends(makeStatementRunner(transaction, statementTimeout), statements),
    stop: async () => {
      await Promise.all([batcher.stop(), client.stop()])
      await tail.stop()
    },
  }
}

/**
 * Makes the store, or returns why the name of its schema, or a number among its options, is invalid.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makePostgresStoreEither = (options: PostgresStoreOptions): E.Either<InvalidInput, PostgresStore> =>
  F.pipe(
    checkClient(options),
    // Not `??`: a null from outside is a mistake, not a request for the schema `foldlog`.
    E.chain(({ schema = 'foldlog' }) => quoteSchema(schema)),
    E.chain((quoted) =>
      F.pipe(
        readNumbers(options),
        E.map((numbers) => makeStore(quoted, options, numbers)),
      ),
    ),
  )

/**
 * Makes an event store on your own Postgres client. Run the migrations first. An invalid schema name is a mistake in
 * the program, so this function throws at once; {@link makePostgresStoreEither} returns the same as an `Either`.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { migrate, makePostgresStore } from '@foldlog/postgres-store'
 * import postgres from 'postgres'
 *
 * const sql = postgres(process.env['FOLDLOG_DATABASE_URL'] ?? '', { fetch_types: false })
 * await migrate({ sql })()
 * const store = makePostgresStore({ sql })
 * console.log(await store.settledPosition())
 * await store.stop()
 * await sql.end()
 * ```
 *
 * ```text
 * { _tag: 'Right', right: 0 }
 * ```
 */
export const makePostgresStore = (options: PostgresStoreOptions): PostgresStore =>
  F.pipe(
    makePostgresStoreEither(options),
    E.getOrElse(({ what, why }): PostgresStore => {
      throw new Error(`${what}: ${why}`)
    }),
  )
