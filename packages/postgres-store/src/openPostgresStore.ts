import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import { rejectInput } from '@foldlog/core/store'
import { either as E, function as F, type task as T, taskEither as TE } from 'fp-ts'
import type { MigrationStatus } from './MigrationStatus.ts'
import { migrate, migrationStatus } from './Migrations.ts'
import { makePostgresStoreEither, type PostgresStore, type PostgresStoreOptions } from './PostgresStore.ts'
import type { SqlClient } from './SqlClient.ts'

/**
 * A client that its owner ends. `timeout` is the number of seconds that queries in progress may still take.
 *
 * @category model
 * @since 0.1.0
 */
export interface EndableClient extends SqlClient {
  readonly end: (options: { timeout: number }) => PromiseLike<unknown>
}

/**
 * The settings with which a client is made: no query for types that foldlog does not read, 10 seconds to connect, no
 * notices on the console. `backoff` returns the seconds until the next attempt to connect, at most half a second. The
 * default of `postgres` is up to 20 seconds, longer than a store waits, so a restart of the server would look like a
 * failure.
 *
 * @category model
 * @since 0.1.0
 */
export interface ClientSettings {
  fetch_types: false
  /** Seconds. */
  connect_timeout: number
  backoff: (attempts: number) => number
  onnotice: () => void
}

const settings: ClientSettings = {
  fetch_types: false,
  connect_timeout: 10,
  backoff: (attempts) => Math.min(0.02 * 2 ** attempts, 0.5),
  onnotice: () => {},
}

/**
 * The options of a store that is opened by the URL of its database. `connect` is the function `postgres`, or one that
 * calls it with more settings: `(url, settings) => postgres(url, { ...settings, max: 20 })`. With `migrate`, the schema
 * is brought up to date first. The other options are those of `makePostgresStore`.
 *
 * @category model
 * @since 0.1.0
 */
export interface OpenPostgresStoreOptions<Client extends EndableClient> extends Omit<PostgresStoreOptions, 'sql'> {
  readonly connect: (url: string, settings: ClientSettings) => Client
  readonly url: string
  readonly migrate?: boolean | undefined
}

/**
 * An open store, with its client. An application takes `store`, `migrations` (the status of the schema, for its health)
 * and `release`, which stops the store and ends the client.
 *
 * @category model
 * @since 0.1.0
 */
export interface OpenPostgresStore<Client extends EndableClient> {
  readonly store: PostgresStore
  readonly sql: Client
  readonly migrations: TE.TaskEither<InvalidInput | StoreUnavailable, MigrationStatus>
  readonly release: T.Task<void>
}

/** Seconds that queries in progress may still take when a client is ended. */
const endTimeout = 5

const isAddress = (url: unknown): url is string => typeof url === 'string' && /^postgres(ql)?:\/\/./.test(url)

const isEndable = (client: unknown): client is EndableClient =>
  (typeof client === 'function' || (typeof client === 'object' && client !== null)) &&
  typeof Reflect.get(client, 'end') === 'function'

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function'

/** A client that comes too late stays not open, and a promise that fails does not end the process. */
const endLater = async (promised: PromiseLike<unknown>): Promise<void> => {
  try {
    const client = await promised
    if (isEndable(client)) await client.end({ timeout: endTimeout })
  } catch {
    // The caller has the error about the promise.
  }
}

/** The errors of the client contain the address, which may have a password. The errors here do not contain it. */
const connectTo = <Client extends EndableClient>({
  connect,
  url,
}: OpenPostgresStoreOptions<Client>): E.Either<InvalidInput, Client> => {
  const why = 'must be the address of a database, such as postgres://user:password@127.0.0.1:5432/name'
  if (typeof connect !== 'function') return rejectInput('connect', 'must be the function of the package postgres')
  if (!isAddress(url)) return rejectInput('url', why)
  try {
    const client: unknown = connect(url, settings)
    if (isPromise(client)) {
      void endLater(client)
      return rejectInput('connect', 'must return the client itself, not a promise: it must be no async function')
    }
    if (!isEndable(client)) return rejectInput('connect', 'must return a client of the package postgres, with its end')
    // It has what its type says, as far as a store needs it.
    return E.right(client as Client)
  } catch {
    return rejectInput('url', `${why}, which connect accepts`)
  }
}

/**
 * Opens a store by the URL of its database: makes a client, migrates the schema with `migrate: true`, and
 * returns the store with what an application needs to report its health and to stop. When it fails, nothing stays open.
 * Without `migrate` it sends no statement.
 *
 * Errors: `InvalidInput` for an invalid address, which the error does not contain, and for other invalid options;
 * `StoreUnavailable` when the migrations fail.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { orThrow } from '@foldlog/core'
 * import { openPostgresStore } from '@foldlog/postgres-store'
 * import postgres from 'postgres'
 *
 * const url = process.env['FOLDLOG_DATABASE_URL'] ?? ''
 * const { store, release } = await orThrow(openPostgresStore({ connect: postgres, url, migrate: true }))
 * console.log(await store.settledPosition())
 * await release()
 * ```
 *
 * ```text
 * { _tag: 'Right', right: 0 }
 * ```
 */
export const openPostgresStore =
  <Client extends EndableClient>(
    options: OpenPostgresStoreOptions<Client>,
  ): TE.TaskEither<InvalidInput | StoreUnavailable, OpenPostgresStore<Client>> =>
  async () => {
    // A JavaScript caller may pass nothing.
    const given = Object(options) as typeof options
    const { schema } = given
    const client = connectTo(given)
    if (E.isLeft(client)) return client
    const sql = client.right
    const end = async (): Promise<void> => {
      await sql.end({ timeout: endTimeout })
    }
    const opened = await F.pipe(
      TE.fromEither(makePostgresStoreEither({ ...options, sql })),
      TE.chainFirst(() => (options.migrate === true ? migrate({ sql, schema }) : TE.right(undefined))),
      TE.map((store) => ({
        store,
        sql,
        migrations: migrationStatus({ sql, schema }),
        release: async () => {
          await store.stop()
          await end()
        },
      })),
    )()
    if (E.isLeft(opened)) await end()
    return opened
  }
