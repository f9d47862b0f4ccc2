import { type InvalidInput, Logger, type StoreUnavailable } from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'
import { makeRetryingClient } from './internal/client/RetryingClient.ts'
import { makeRowRunner } from './internal/client/StatementRunner.ts'
import { withToken } from './internal/schema/Statements.ts'
import { quoteSchema } from './internal/schema/schemaName.ts'
import type { MigrationOptions } from './Migrations.ts'

/**
 * A table of the schema, as the statistics of the server have it: `bytes` with its indexes and all else that belongs to
 * it, `indexBytes` of its indexes; about how many rows are live (`aboutRows`) and how many
 * are dead (`deadRows`); `updates` is the number of updates since the statistics began, `hotUpdates` of which touched
 * no index.
 *
 * @category model
 * @since 0.1.0
 */
export interface TableStatus {
  readonly name: string
  readonly bytes: number
  readonly indexBytes: number
  readonly aboutRows: number
  readonly deadRows: number
  readonly updates: number
  readonly hotUpdates: number
}

/**
 * A session of the database that waits for a lock: `session` is its process id, `waitsFor` are those of the sessions
 * that have the lock, and `seconds` is how long its statement has run.
 *
 * @category model
 * @since 0.1.0
 */
export interface LockWait {
  readonly session: number
  readonly waitsFor: ReadonlyArray<number>
  readonly seconds: number
  readonly application: string
}

/**
 * What the server says about the schema: its tables, the largest first, and the sessions that wait for locks.
 *
 * @category model
 * @since 0.1.0
 */
export interface Diagnosis {
  readonly tables: ReadonlyArray<TableStatus>
  readonly waits: ReadonlyArray<LockWait>
}

/** As in the monitoring section of docs/postgres.md. */
const textOf = (quotedSchema: string): string => `(
  select json_build_object(
    'tables', (
      select coalesce(json_agg(json_build_object(
        'name', c.relname, 'bytes', pg_total_relation_size(c.oid), 'indexBytes', pg_indexes_size(c.oid),
        'aboutRows', greatest(c.reltuples::bigint, 0), 'deadRows', coalesce(s.n_dead_tup, 0),
        'updates', coalesce(s.n_tup_upd, 0), 'hotUpdates', coalesce(s.n_tup_hot_upd, 0)
      ) order by pg_total_relation_size(c.oid) desc, c.relname), '[]')
      from pg_class c left join pg_stat_user_tables s on s.relid = c.oid
      where c.relnamespace = to_regnamespace('${quotedSchema.replaceAll("'", "''")}') and c.relkind = 'r'
    ),
    'waits', (
      select coalesce(json_agg(json_build_object(
        'session', a.pid, 'waitsFor', pg_blocking_pids(a.pid),
        'seconds', floor(extract(epoch from clock_timestamp() - a.query_start)),
        'application', coalesce(a.application_name, '')
      ) order by a.query_start), '[]')
      from pg_stat_activity a
      where a.wait_event_type = 'Lock' and a.datname = current_database()
    )
  )::text
)`

/**
 * Asks the server for the sizes of the tables, whether vacuum keeps up, and who waits for whom. It reads catalogs only;
 * a role without `pg_read_all_stats` sees the waits of its own sessions.
 *
 * @category destructors
 * @since 0.1.0
 */
export const diagnose =
  ({ sql, schema = 'foldlog' }: MigrationOptions): TE.TaskEither<InvalidInput | StoreUnavailable, Diagnosis> =>
  async () => {
    const quoted = quoteSchema(schema)
    if (E.isLeft(quoted)) return quoted
    // A person reads the answer, and can repeat the call: nothing is sent again.
    const client = makeRetryingClient({ run: makeRowRunner(sql, 30_000), retryTimeout: 0, logger: Logger.silent })
    const result = await client.query(withToken(`unnest(array[${textOf(quoted.right)}])`, 0), [])
    // Made by the statement above.
    return E.isLeft(result) ? result : E.right(JSON.parse(result.right.rows[0] ?? '') as Diagnosis)
  }
