import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import { rejectInput } from '@foldlog/core/store'
import { either as E, function as F, type taskEither as TE } from 'fp-ts'
import { toStoreUnavailable } from './internal/client/classifyError.ts'
import { observeSockets } from './internal/client/observeSockets.ts'
import { makeStatementRunner } from './internal/client/StatementRunner.ts'
import { migrationScript } from './internal/migrations/migrationScript.ts'
import { readMigrationStatus } from './internal/migrations/readMigrationStatus.ts'
import { quoteSchema } from './internal/schema/schemaName.ts'
import { sqlVersion, unreleasedText } from './internal/schema/sqlFiles.generated.ts'
import { migrations } from './Migration.ts'
import type { MigrationStatus } from './MigrationStatus.ts'
import type { SqlClient } from './SqlClient.ts'
import { sqlFunctions } from './SqlFunction.ts'

/**
 * Where to apply migrations. The schema is `foldlog` when absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface MigrationOptions {
  readonly sql: SqlClient
  readonly schema?: string
}

/**
 * The schema as one SQL script, for those who apply it themselves. Needs no database. With `from`, the script leaves
 * out the migrations up to that number, and refuses a schema in which that migration is missing. It has all functions:
 * those that are there already are not made again.
 *
 * @category destructors
 * @since 0.1.0
 */
export const printMigrations = (
  schema = 'foldlog',
  { from = 0 }: { readonly from?: number } = {},
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
 * others wait and find it done. Other schemas are not touched. A schema that has a migration in another form, or that a
 * newer version has made, is refused and left as it is: `StoreUnavailable`, not retryable. So is a database whose sequences
 * are behind its rows: `why` names them, and the function that mends them.
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
 * const sql = postgres(process.env['DATABASE_URL'] ?? '', { fetch_types: false })
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
      return E.right(undefined)
    } catch (cause) {
      return E.left(toStoreUnavailable(cause))
    }
  }

/**
 * What a database has of the migrations and the functions, in order. A database without the schema has none.
 * `StoreUnavailable`, not retryable, when sequences are behind the rows that they number: `why` names them, and the
 * function that mends them. Every append would be refused.
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
