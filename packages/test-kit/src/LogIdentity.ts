import type postgres from 'postgres'

/**
 * The facts of a server about its history that might distinguish one log from another, for comparison.
 *
 * @category model
 * @since 0.1.0
 */
export interface LogIdentity {
  /** Assigned by initdb; copies of the data directory have the same. */
  readonly systemIdentifier: string
  /** The timeline on which WAL is written now. Null on a standby, which writes none. */
  readonly timeline: number | null
  /** The timeline of the last checkpoint, as the control file has it. */
  readonly timelineOfCheckpoint: number
  readonly startedAt: string
  /** The current position of WAL, written or replayed, in bytes. */
  readonly walPosition: string
  /** Object identifier of the database; changes when the database is made anew. */
  readonly database: string
  /** Object identifier of the table of events; changes when the table is made anew. Null without such a table. */
  readonly events: string | null
  /**
   * The file of the table of events; changes also when the table is truncated or rewritten. Null without such a table.
   */
  readonly eventsFile: string | null
}

/**
 * Reads what a server says about its history, and about the events in this schema.
 *
 * @category destructors
 * @since 0.1.0
 */
const read = async (sql: postgres.Sql, schema = 'foldlog'): Promise<LogIdentity> => {
  const [row] = await sql`
    select
      s.system_identifier::text as "systemIdentifier",
      case when pg_is_in_recovery() then null
        else ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int end as "timeline",
      c.timeline_id as "timelineOfCheckpoint",
      pg_postmaster_start_time()::text as "startedAt",
      (case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end - '0/0')::text
        as "walPosition",
      (select oid::text from pg_database where datname = current_database()) as "database",
      to_regclass(${`"${schema}".events`})::oid::text as "events",
      pg_relation_filenode(to_regclass(${`"${schema}".events`}))::text as "eventsFile"
    from pg_control_system() s, pg_control_checkpoint() c`
  // The columns of the statement above.
  return { ...row } as unknown as LogIdentity
}

/**
 * Functions on {@link LogIdentity}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const LogIdentity = { read } as const
