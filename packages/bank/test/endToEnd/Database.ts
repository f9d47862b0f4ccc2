import { afterAll } from '@jest/globals'
import postgres from 'postgres'

/** A database of the suite's own, and its data of the bank. */
export interface Database {
  readonly url: string
  readonly sql: postgres.Sql
  /** The number of stored rows of files. */
  readonly rows: () => Promise<number>
  /** The numbers of those rows, each as often as it is stored. */
  readonly numbers: () => Promise<ReadonlyArray<string>>
  /** All events of each account in their order, as a digest: type, data and the command behind each. */
  readonly histories: () => Promise<Readonly<Record<string, string>>>
  /** Blocks all writes of events until `release` is called. The writers wait, and so do their callers. */
  readonly block: () => Promise<{ readonly waiting: () => Promise<number>; readonly release: () => Promise<void> }>
}

export const testUrl = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''

const clients: Array<postgres.Sql> = []
const databases: Array<{ readonly server: postgres.Sql; readonly name: string }> = []

afterAll(async () => {
  await Promise.all(clients.map((sql) => sql.end({ timeout: 1 })))
  for (const { server, name } of databases) {
    // A server of the suite's own may have stopped already, and its database with it.
    await server`drop database ${server(name)} with (force)`.catch(() => {})
    await server.end({ timeout: 1 })
  }
})

const notYet = /does not exist/

/** Requests before the bank has created its tables have an empty result. */
const orNone =
  <A>(none: A) =>
  (cause: unknown): A => {
    if (typeof cause === 'object' && cause !== null && 'message' in cause && notYet.test(String(cause.message)))
      return none
    throw cause
  }

const ofRows = ['MoneyDeposited', 'MoneyWithdrawn', 'EntryDeclined']

const options = { max: 2, fetch_types: false, onnotice: () => {} } as const

/** The database at a url. */
export const databaseAt = (url: string): Database => {
  const sql = postgres(url, { ...options, connection: { application_name: 'watcher' } })
  clients.push(sql)
  return {
    url,
    sql,
    rows: async () => {
      const [row] = await sql<Array<{ count: string }>>`
        select count(*) from bank.events where type in ${sql(ofRows)}`.catch(orNone([{ count: '0' }]))
      return Number(row?.count)
    },
    numbers: async () => {
      const rows = await sql<Array<{ number: string }>>`
        select causation_id as number from bank.events where type in ${sql(ofRows)}
        order by causation_id`.catch(orNone([]))
      return rows.map(({ number }) => number)
    },
    histories: async () => {
      const rows = await sql<Array<{ name: string; digest: string }>>`
        select s.name, md5(string_agg(concat_ws(' ', e.version, e.type, e.causation_id, e.data), E'\n' order by e.version))
          as digest
        from bank.events e join bank.streams s on s.id = e.stream group by s.name`
      return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]))
    },
    block: async () => {
      const blocker = postgres(url, { ...options, max: 1 })
      clients.push(blocker)
      let free = (): void => {}
      const freed = new Promise<void>((resolve) => {
        free = resolve
      })
      let ended: Promise<unknown> = Promise.resolve()
      await new Promise<void>((locked, failed) => {
        ended = blocker.begin(async (transaction) => {
          await transaction`lock table bank.events in share row exclusive mode`
          locked()
          await freed
        })
        ended.catch(failed)
      })
      return {
        waiting: async () => {
          const [row] = await sql<Array<{ count: string }>>`
            select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
          return Number(row?.count)
        },
        release: async () => {
          free()
          await ended
        },
      }
    },
  }
}

let made = 0

/** A new database on the server at a url: that of the tests, when none is given. */
export const makeDatabase = async (at: string = testUrl): Promise<Database> => {
  const url = new URL(at)
  const server = postgres(url.href, { ...options, max: 1 })
  const name = `bank_${process.pid}_${Date.now()}_${made++}`
  await server`create database ${server(name)}`
  databases.push({ server, name })
  url.pathname = `/${name}`
  return databaseAt(url.href)
}
