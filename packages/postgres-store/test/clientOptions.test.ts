import { connect as dial } from 'node:net'
import { makePostgresStore, migrationStatus, type PostgresStore } from '@foldlog/postgres-store'
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals'
import postgres from 'postgres'
import { runAllOperations } from './allOperations.ts'
import { connect, freshDatabase, freshName, migratedStore, testUrl } from './connect.ts'
import { freshStream, left, newEvents, right } from './fixtures.ts'

const schema = freshName('client')
const watcher = connect()
beforeAll(() => migratedStore({ sql: watcher, schema }))
afterEach(() => {
  jest.restoreAllMocks()
})
afterAll(async () => {
  await watcher`drop schema ${watcher(schema)} cascade`
  await watcher.end()
})

const shout = (value: unknown) => (typeof value === 'string' ? value.toUpperCase() : value)

const server = new URL(testUrl)

/** Options that the client has, and its types do not. */
const untyped = (options: object) => Object.assign<postgres.Options<Record<string, never>>, object>({}, options)

/** Each would change a statement or an answer that goes the way of other queries. */
const options: Readonly<Record<string, postgres.Options<Record<string, postgres.PostgresType>>>> = {
  'no types fetched': { fetch_types: false },
  'no prepared statements': { prepare: false },
  'one connection': { max: 1 },
  'names in camel case': { transform: postgres.camel },
  'undefined as null': { transform: { undefined: null } },
  'columns, values and rows changed': {
    transform: {
      column: { from: () => 'x', to: () => 'y' },
      value: { from: shout },
      row: { from: (row) => ({ ...row, more: 1 }) },
    },
  },
  'big integers': { types: { bigint: postgres.BigInt } },
  'texts and JSON of its own': {
    types: {
      string: { to: 25, from: [25, 1043], serialize: (text: string) => text, parse: shout },
      json: { to: 114, from: [114, 3802], serialize: () => '{}', parse: () => ({}) },
    },
  },
  'queries shown to a debugger': { debug: () => {} },
  'connections that live for a moment': { max_lifetime: 0.02, idle_timeout: 0.01 },
  'hosts of which the first is away': untyped({ host: ['127.0.0.1', server.hostname], port: [1, Number(server.port)] }),
  // The owner's own way to the server, such as that of a cloud.
  'sockets of its own': untyped({ socket: () => dial(Number(server.port), server.hostname) }),
  'a search path of its own': { connection: { search_path: 'nowhere' } },
}

describe('a store', () => {
  for (const [name, option] of Object.entries(options))
    it(`does the same on a client with ${name}`, async () => {
      const sql = connect(option)
      const schema = freshName('client')
      const store = await migratedStore({ sql, schema })
      await runAllOperations(store)
      expect(await right(migrationStatus({ sql, schema }))).toMatchObject({ upToDate: true })
      await store.stop()
      await sql.end()
      await watcher`drop schema ${watcher(schema)} cascade`
    })

  it('prints nothing on a client without options, also during a migration', async () => {
    const print = (['log', 'info', 'warn', 'error'] as const).map((level) => jest.spyOn(console, level))
    const sql = postgres(testUrl)
    const name = freshName('client')
    for (const _ of [1, 2]) await runAllOperations(await migratedStore({ sql, schema: name }))
    for (const spy of print) expect(spy).not.toHaveBeenCalled()
    await watcher`drop schema ${watcher(name)} cascade`
    await sql.end()
  })

  it('returns an error that names the setting on a client with another isolation level', async () => {
    const sql = connect({ connection: { default_transaction_isolation: 'repeatable read' } })
    const store = makePostgresStore({ sql, schema })
    const refused = { _tag: 'StoreUnavailable', retryable: false, why: expect.stringContaining('needs read committed') }
    expect(await left(store.append({ stream: freshStream(), expected: 'any', events: newEvents(1) }))).toMatchObject(
      refused,
    )
    expect(await left(store.readLog())).toMatchObject(refused)
    await sql.end()
  })
})

describe('the client of the user', () => {
  it('is the only one: no other connection is opened, and it is never ended', async () => {
    const { url, drop } = await freshDatabase(watcher)
    const sql = connect({ max: 2, connection: { application_name: 'the user' } }, url)
    const store = await migratedStore({ sql })
    const append = () => right(store.append({ stream: freshStream(), expected: 'any', events: newEvents(1) }))
    await Promise.all(Array.from({ length: 40 }, append))
    await runAllOperations(store)
    const connections = await watcher<Array<{ application_name: string }>>`
      select application_name from pg_stat_activity where datname = ${new URL(url).pathname.slice(1)}`
    expect([1, 2]).toContain(connections.length)
    for (const { application_name } of connections) expect(application_name).toBe('the user')
    await store.stop()
    expect(await sql`select 1 as one`).toEqual([{ one: 1 }])
    await sql.end()
    await drop()
  })

  it('may be inside a transaction, and appends within it are committed or rolled back with it', async () => {
    const sql = connect()
    const store: PostgresStore = makePostgresStore({ sql, schema })
    const [kept, dropped] = [freshStream(), freshStream()]
    const appendTo = (stream: typeof kept) => ({ stream, expected: 'noStream', events: newEvents(2) }) as const
    await sql.begin(async (transaction) => {
      expect(await right(store.inTransaction(transaction).append(appendTo(kept)))).toMatchObject({ version: 2 })
      expect(await left(store.inTransaction(transaction).append(appendTo(kept)))).toMatchObject({
        _tag: 'VersionConflict',
      })
      // No other client sees it before the commit.
      expect(await right(store.streamInfo(kept))).toMatchObject({ status: 'missing' })
    })
    const rolledBack = sql.begin(async (transaction) => {
      await right(store.inTransaction(transaction).append(appendTo(dropped)))
      throw new Error('the caller has other plans')
    })
    await expect(rolledBack).rejects.toThrow('other plans')
    expect(await right(store.streamInfo(kept))).toMatchObject({ status: 'open', version: 2 })
    expect(await right(store.streamInfo(dropped))).toMatchObject({ status: 'missing' })
    await store.stop()
    await sql.end()
  })
})
