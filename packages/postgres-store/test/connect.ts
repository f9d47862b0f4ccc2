import { makePostgresStore, migrate, type PostgresStoreOptions } from '@foldlog/postgres-store'
import postgres from 'postgres'
import { freshId, right } from './fixtures.ts'

export const testUrl = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''

export const connect = (options: postgres.Options<Record<string, postgres.PostgresType>> = {}, url: string = testUrl) =>
  // Without types to fetch: the death of a server during the fetch is an error that cannot be caught.
  postgres(url, { max: 4, fetch_types: false, onnotice: () => {}, ...options })

/** A name that no other test uses. Roles and applications get theirs here too. */
export const freshName = (prefix: string): string => `${prefix}_${freshId().toLowerCase()}`

/** The url with another user, password, database, port or path. */
export const urlWith = (parts: Partial<Pick<URL, 'username' | 'password' | 'pathname' | 'port' | 'host'>>): string =>
  Object.assign(new URL(testUrl), parts).href

/** An empty database, for what must not meet the work of other tests. */
export const freshDatabase = async (sql: postgres.Sql) => {
  const name = freshName('database')
  await sql`create database ${sql(name)}`
  return { url: urlWith({ pathname: `/${name}` }), drop: () => sql`drop database ${sql(name)} with (force)` }
}

/** A store in a schema that was made for it. */
export const migratedStore = async (options: PostgresStoreOptions) => {
  await right(migrate(options))
  return makePostgresStore(options)
}

/** Waits until a condition holds. The test's own time limit ends what never does. */
export const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5))
}
