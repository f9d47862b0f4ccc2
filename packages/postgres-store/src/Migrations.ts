import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import { either as E, function as F, type taskEither as TE } from 'fp-ts'
import { toStoreUnavailable } from './internal/client/classifyError.ts'
import { observeSockets } from './internal/client/observeSockets.ts'
import { makeStatementRunner } from './internal/client/StatementRunner.ts'
import { migrationScript } from './internal/migrations/migrationScript.ts'
import { withToken } from './internal/schema/Statements.ts'
import { quoteSchema } from './internal/schema/schemaName.ts'
import { type Migration, migrations } from './Migration.ts'
import type { SqlClient } from './SqlClient.ts'

/**
 * The state of a migration in a database: `applied` in the form of this version, `changed` since it was applied, or
 * `missing`. An `unknown` one was applied by a newer version of foldlog.
 *
 * @category model
 * @since 0.1.0
 */
export interface MigrationStatus {
  /** The number of the migration. */
  readonly number: number
  readonly name: string
  readonly state: 'applied' | 'changed' | 'missing' | 'unknown'
}

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
 * Prints the whole schema as one SQL script, for those who apply it themselves. Needs no database.
 *
 * @category destructors
 * @since 0.1.0
 */
export const printMigrations = (schema = 'foldlog'): E.Either<InvalidInput, string> =>
  F.pipe(
    quoteSchema(schema),
    E.map((quoted) => migrationScript(quoted, migrations)),
  )

/**
 * Upgrades the schema, in one transaction. Any number of processes may do so at once: one does the work, the others
 * wait and find it done. Other schemas are not touched. A schema that has a migration in another form, or one of a
 * newer version, is refused and left unchanged: `StoreUnavailable`, not retryable. So is a database whose sequences are
 * behind its rows: `why` names them, and the function that repairs them.
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

interface AppliedMigration {
  readonly number: number
  readonly checksum: string
  readonly name: string
}

const parseAppliedMigration = (row: string): AppliedMigration => {
  const [number, checksum = '', ...name] = row.split(' ')
  return { number: Number(number), checksum, name: name.join(' ') }
}

const migrationStates = (applied: ReadonlyArray<AppliedMigration>): ReadonlyArray<MigrationStatus> => {
  const checksums = new Map(applied.map(({ number, checksum }) => [number, checksum]))
  const stateOf = ({ number, checksum }: Migration): MigrationStatus['state'] => {
    const found = checksums.get(number)
    return found === undefined ? 'missing' : found === checksum ? 'applied' : 'changed'
  }
  const unknown = applied.filter(({ number }) => number > (migrations.at(-1)?.number ?? 0))
  return [
    ...migrations.map((migration) => ({ number: migration.number, name: migration.name, state: stateOf(migration) })),
    ...unknown.map(({ number, name }) => ({ number, name, state: 'unknown' as const })),
  ]
}

const checkSequencesNumber = migrations.find(({ name }) => name === 'check_sequences')?.number

/**
 * Returns the state of each migration in a database, in order. A database without the schema has none.
 * `StoreUnavailable`, not retryable, when sequences are behind the rows that they number: `why` names them, and the
 * function that repairs them. Until then every append is refused.
 *
 * @category destructors
 * @since 0.1.0
 */
export const migrationStatus =
  ({
    sql,
    schema = 'foldlog',
  }: MigrationOptions): TE.TaskEither<InvalidInput | StoreUnavailable, ReadonlyArray<MigrationStatus>> =>
  async () => {
    observeSockets(sql)
    const quoted = quoteSchema(schema)
    if (E.isLeft(quoted)) return quoted
    try {
      const run = makeStatementRunner(sql, 30_000)
      const [exists] = await run(withToken("unnest(array[coalesce(to_regclass($1::text)::text, '')])", 1), [
        `${quoted.right}.migrations`,
      ])
      const rows =
        exists === ''
          ? []
          : await run(
              withToken(
                `unnest(array[''] || array(select number || ' ' || checksum || ' ' || name from ${quoted.right}.migrations order by number))`,
                0,
              ),
              [],
            )
      const applied = rows.slice(1).map(parseAppliedMigration)
      if (applied.some(({ number }) => number === checkSequencesNumber))
        await run(withToken(`${quoted.right}.check_sequences()`, 0), [])
      return E.right(migrationStates(applied))
    } catch (cause) {
      return E.left(toStoreUnavailable(cause))
    }
  }
