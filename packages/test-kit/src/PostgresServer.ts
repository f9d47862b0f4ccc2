import { join } from 'node:path'
import { EmbeddedPostgres, type EmbeddedPostgresError, type RunningPostgres } from '@foldlog/postgres-embedded'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'
import { withConnection } from './connect.ts'
import { until } from './until.ts'

/**
 * A Postgres server with a data directory of its own, which can crash. It stops at the latest when this process ends.
 *
 * @category model
 * @since 0.1.0
 */
export interface PostgresServer {
  /** The url of the database `postgres`, as superuser, directly to the server. */
  readonly url: string
  readonly port: number
  /** The data directory. */
  readonly data: string
  /** Runs a function on a connection of its own. */
  readonly withConnection: <A>(use: (sql: postgres.Sql) => Promise<A>) => Promise<A>
  /**
   * Ends the server at once, without a checkpoint (an immediate shutdown). What was not written to the WAL is lost. The
   * data directory stays.
   */
  readonly crash: () => Promise<void>
  /** Starts the server again on its port, after a crash or while it runs. */
  readonly restart: () => Promise<void>
  /**
   * Shuts the server down for good. A standby that is connected receives everything first. The data directory stays.
   */
  readonly stop: () => Promise<void>
}

/**
 * The value of a step of `@foldlog/postgres-embedded`; rejects with its error.
 *
 * @category destructors
 * @since 0.1.0
 */
export const rightOrThrow = <A>(result: E.Either<EmbeddedPostgresError, A>): A => {
  if (E.isLeft(result)) throw new Error(result.left.message, { cause: result.left })
  return result.right
}

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

/**
 * Settings of every server: a standby must not have fewer connections than its primary. WAL is kept long enough for a
 * standby that was cut off.
 *
 * @category constants
 * @since 0.1.0
 */
export const replicationSettings: ReadonlyArray<string> = [
  'wal_level=replica',
  'hot_standby=on',
  'max_wal_senders=8',
  'max_replication_slots=8',
  'max_connections=100',
  'wal_keep_size=512MB',
  'wal_retrieve_retry_interval=100ms',
  'wal_receiver_status_interval=1s',
  'shared_buffers=32MB',
]

/**
 * Options for the start of a server.
 *
 * @category model
 * @since 0.1.0
 */
export interface ServerSettings {
  /**
   * True when the test is about the disk; that is slower. False by default: the server may crash, the machine may not.
   */
  readonly durable?: boolean
  /** Further settings, such as `synchronous_commit=remote_apply`. */
  readonly settings?: ReadonlyArray<string>
}

/**
 * The options of `@foldlog/postgres-embedded` for these settings.
 *
 * @category destructors
 * @since 0.1.0
 */
export const embeddedOptions = ({ durable = false, settings = [] }: ServerSettings) => ({
  durable,
  postgresFlags: [...replicationSettings, ...settings].flatMap((setting) => ['-c', setting]),
})

/**
 * A running server, which can crash.
 *
 * @category constructors
 * @since 0.1.0
 */
const of = (embedded: RunningPostgres): PostgresServer => {
  let running = embedded
  return {
    url: embedded.url,
    port: embedded.port,
    data: join(embedded.directory, 'data'),
    withConnection: (use) => withConnection(embedded.url, use),
    crash: async () => {
      const { pid } = running
      process.kill(pid, 'SIGQUIT')
      await until(`the end of Postgres ${pid}`, () => isGone(pid))
    },
    restart: async () => {
      running = rightOrThrow(await running.restart('immediate')())
    },
    stop: async () => {
      rightOrThrow(await running.stop()())
    },
  }
}

/**
 * Starts a server on a directory that holds its data in `data` and the password of the superuser in `password`.
 *
 * @category constructors
 * @since 0.1.0
 */
const start = async (directory: string, settings: ServerSettings): Promise<PostgresServer> =>
  of(rightOrThrow(await EmbeddedPostgres.start({ directory, ...embeddedOptions(settings) })()))

/**
 * Functions on {@link PostgresServer}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const PostgresServer = { of, start } as const
