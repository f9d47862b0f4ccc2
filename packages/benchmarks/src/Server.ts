import { EmbeddedPostgres } from '@foldlog/postgres-embedded'
import { either as E } from 'fp-ts'
import postgres from 'postgres'

/**
 * The server of all candidates: one that the benchmarks start, with the default durability of Postgres, or a given one.
 *
 * @category model
 * @since 0.1.0
 */
export interface Server {
  /** The version text of the server, and whether commits wait for the disk. */
  readonly version: string
  /** Makes an empty database, which replaces an older one of this run. */
  readonly database: (name: string) => Promise<string>
  /** Removes the databases of this run, and stops the server if the benchmarks have started it. */
  readonly stop: () => Promise<void>
}

/** Maximum connections: pools of ten for five candidates, and the 64 of pgbench. */
const flags = ['-c', 'max_connections=200']

const own = async (): Promise<{ readonly url: string; readonly stop: () => Promise<unknown> }> => {
  const started = await EmbeddedPostgres.temporary({ durable: true, postgresFlags: flags })()
  if (E.isLeft(started)) throw new Error(started.left.message)
  return { url: started.right.url, stop: started.right.stop() }
}

const given = (url: string) => ({ url, stop: () => Promise.resolve() })

const withPath = (url: string, name: string): string => {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return String(changed)
}

/**
 * Starts a server, or uses the one at a url. Rejects when it cannot be reached.
 *
 * @category constructors
 * @since 0.1.0
 */
const open = async (url: string | undefined): Promise<Server> => {
  const server = url === undefined ? await own() : given(url)
  const sql = postgres(server.url, { max: 1, fetch_types: false, onnotice: () => {} })
  const made = new Set<string>()
  const remove = async (name: string) => {
    await sql`drop database if exists ${sql(name)} with (force)`
    made.delete(name)
  }
  try {
    const [row] = await sql<[{ version: string }]>`
      select split_part(version(), ' on ', 1) || concat(
        ', fsync ', current_setting('fsync'), ', synchronous_commit ', current_setting('synchronous_commit')) as version`
    return {
      version: row.version,
      database: async (wanted) => {
        // Another run may use the same server.
        const name = `foldlog_benchmark_${process.pid}_${wanted.replaceAll(/\W/g, '_')}`
        await remove(name)
        await sql`create database ${sql(name)}`
        made.add(name)
        return withPath(server.url, name)
      },
      stop: async () => {
        for (const name of made) await remove(name)
        await sql.end({ timeout: 5 })
        await server.stop()
      },
    }
  } catch (cause) {
    await sql.end({ timeout: 5 })
    await server.stop()
    throw cause
  }
}

/**
 * Functions on {@link Server}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Server = { open } as const
