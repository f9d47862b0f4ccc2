import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import { rejectInput, storeUnavailable } from '@foldlog/core/store'
import { either as E, function as F, type taskEither as TE } from 'fp-ts'
import { toStoreUnavailable } from './internal/client/classifyError.ts'
import { observeSockets } from './internal/client/observeSockets.ts'
import { makeStatementRunner } from './internal/client/StatementRunner.ts'
import { migrationScript } from './internal/migrations/migrationScript.ts'
import { readMigrationStatus } from './internal/migrations/readMigrationStatus.ts'
import { describeDropped } from './internal/migrations/schemaObjects.ts'
import { quoteSchema } from './internal/schema/schemaName.ts'
import { sqlVersion, unreleasedText } from './internal/schema/sqlFiles.generated.ts'
import { migrations } from './Migration.ts'
import type { MigrationStatus } from './MigrationStatus.ts'
import type { SchemaOptions } from './SchemaOptions.ts'
import type { SqlClient } from './SqlClient.ts'
import { sqlFunctions } from './SqlFunction.ts'

/**
 * Where to apply migrations.
 *
 * @category model
 * @since 0.1.0
 */
export interface MigrationOptions extends SchemaOptions {
  readonly sql: SqlClient
}

/**
 * Returns the schema as one SQL script, for users who apply it themselves. Needs no database. With `from`, the script
 * leaves out the migrations up to that number, and fails in a schema in which that migration is missing. It has all
 * functions: it does not make those again that the schema already has.
 *
 * @category destructors
 * @since 0.1.0
 */
export const printMigrations = (
  schema = 'foldlog',
  { from = 0 }: { readonly from?: number | undefined } = {},
): E.Either<InvalidInput, string> =>
  F.pipe(
    quoteSchema(schema),
    E.chain((quoted) =>
      from === 0 || migrations.some(({ number }) => number === from)
        ? E.right(
            migrationScript(quoted, {
              migrations,
              functions: sqlFunctions,
              version: sqlVersion,
              unreleased: unreleasedText,
              from,
            }),
          )
        : rejectInput('from', 'must be the number of a migration, or 0'),
    ),
  )

/**
 * Brings the schema up to date, in one transaction. Any number of processes may do so at once: one does the work, the
 * others wait and find it done. Other schemas are not changed.
 *
 * The result is `StoreUnavailable`, not retryable, and nothing is changed, when the schema has a migration in another
 * form, when a newer version has made it, when sequences of the database are behind its rows, or when a table, an index
 * or another part of it was dropped. `why` then names the sequences or the parts, and what to do. It creates functions
 * and triggers that were dropped again.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { describeError } from '@foldlog/core'
 * import { migrate } from '@foldlog/postgres-store'
 * import { either as E } from 'fp-ts'
 * import postgres from 'postgres'
 *
 * const sql = postgres(process.env['FOLDLOG_DATABASE_URL'] ?? '', { fetch_types: false })
 * const migrated = await migrate({ sql })()
 * if (E.isLeft(migrated)) console.error(describeError(migrated.left))
 * await sql.end()
 * ```
 */
export const migrate =
  ({ sql, schema = 'foldlog' }: MigrationOptions): TE.TaskEither<InvalidInput | StoreUnavailable, void> =>
  async () => {
    observeSockets(sql)
    const text = printMigrations(schema)
    if (E.isLeft(text)) return text
    try {
      await sql.unsafe(text.right)
    } catch (cause) {
      // A script that fails because a table is gone does not name everything that is gone.
      const dropped = await droppedIn(sql, schema)
      return E.left(dropped ?? toStoreUnavailable(cause))
    }
    const dropped = await droppedIn(sql, schema)
    return dropped === undefined ? E.right(undefined) : E.left(dropped)
  }

/** What was dropped from a schema, as an error; undefined when nothing was, or the schema cannot be read. */
const droppedIn = async (sql: SqlClient, schema: string): Promise<StoreUnavailable | undefined> => {
  const status = await migrationStatus({ sql, schema })()
  return E.isLeft(status) || status.right.dropped.length === 0
    ? undefined
    : storeUnavailable(describeDropped(status.right.dropped), false, undefined)
}

/**
 * Returns which migrations and functions a database has, in order. A database without the schema has none. The result
 * is `StoreUnavailable`, not retryable, when sequences are behind the rows that they number: every append would fail.
 * `why` names the sequences, and the function that repairs them.
 *
 * @category destructors
 * @since 0.1.0
 */
export const migrationStatus =
  ({ sql, schema = 'foldlog' }: MigrationOptions): TE.TaskEither<InvalidInput | StoreUnavailable, MigrationStatus> =>
  async () => {
    observeSockets(sql)
    const quoted = quoteSchema(schema)
    if (E.isLeft(quoted)) return quoted
    try {
      return E.right(await readMigrationStatus(makeStatementRunner(sql, 30_000), quoted.right))
    } catch (cause) {
      return E.left(toStoreUnavailable(cause))
    }
  }
