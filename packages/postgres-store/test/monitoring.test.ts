import { makePostgresStore } from '@foldlog/postgres-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type postgres from 'postgres'
import { connect, freshDatabase, freshName, migratedStore, until } from './connect.ts'
import { documentedSql } from './documentedSql.ts'
import { freshStream, newEvents, right, settledPositionOf, streamNamed } from './fixtures.ts'

const admin = connect({ max: 1 })
let database: Awaited<ReturnType<typeof freshDatabase>>
let sql: postgres.Sql

beforeAll(async () => {
  database = await freshDatabase(admin)
  sql = connect({}, database.url)
  await migratedStore({ sql })
})
afterAll(async () => {
  await sql.end()
  await database.drop()
  await admin.end()
})

const appendTo = (stream = freshStream()) => ({ stream, expected: 'any', events: newEvents(2) }) as const

const query = (index: number) => documentedSql('Monitoring')[index] ?? 'there is no such query'

describe('the queries of docs/postgres.md', () => {
  it('show how far readers are held back, and by which transaction', async () => {
    const store = makePostgresStore({ sql })
    await right(store.append(appendTo()))
    expect(await sql.unsafe(query(0))).toMatchObject([{ held_back: '0' }])
    expect(await sql.unsafe(query(1))).toEqual([])
    await sql.begin(async (transaction) => {
      await right(store.inTransaction(transaction).append(appendTo()))
      const [self] = await transaction`select pg_backend_pid() as pid`
      await right(store.append(appendTo()))
      expect(await sql.unsafe(query(0))).toMatchObject([{ held_back: '4' }])
      expect(await sql.unsafe(query(1))).toMatchObject([{ pid: self?.['pid'], state: 'idle in transaction' }])
    })
    expect(await sql.unsafe(query(0))).toMatchObject([{ held_back: '0' }])
    expect(await settledPositionOf(store)).toBe(6)
  })

  it('show which appends wait, and for which transaction', async () => {
    const store = makePostgresStore({ sql })
    const append = appendTo()
    const waiting = await sql.begin(async (transaction) => {
      await right(store.inTransaction(transaction).append(append))
      const [self] = await transaction`select pg_backend_pid() as pid`
      const other = store.append({ ...append, events: newEvents(1) })()
      let seen: ReadonlyArray<postgres.Row> = []
      await until(async () => {
        seen = await sql.unsafe(query(2))
        return seen.length > 0
      })
      // An array as the server writes it: the client has fetched no types.
      expect(seen).toMatchObject([{ waits_for: `{${self?.['pid']}}` }])
      return { other }
    })
    expect(await waiting.other).toMatchObject({ right: { version: 3 } })
  })

  it('show sizes, and what vacuum has to do', async () => {
    const sizes = await sql.unsafe(query(3))
    const tables = ['events', 'functions', 'migrations', 'snapshots', 'streams']
    expect(sizes.map((row) => row['relname'])).toEqual(expect.arrayContaining(tables))
    const vacuumed = await sql.unsafe(query(4))
    expect(vacuumed.map((row) => row['relname'])).toEqual(expect.arrayContaining(tables))
    expect(documentedSql('Monitoring')).toHaveLength(5)
  })
})

describe('the SQL of docs/postgres.md', () => {
  it('sets timeouts for a role', async () => {
    const role = freshName('writer')
    await admin.unsafe(`create role ${role}`)
    for (const text of documentedSql('Timeouts and half-open networks'))
      await admin.unsafe(text.replaceAll('bank_writer', role))
    expect(await admin`select cardinality(rolconfig) as settings from pg_roles where rolname = ${role}`).toMatchObject([
      { settings: 3 },
    ])
    await admin.unsafe(`drop role ${role}`)
  })

  it('erases the fields that it names from the events of a stream, and from no others', async () => {
    const store = makePostgresStore({ sql })
    const [erased, kept] = [streamNamed('account-17'), freshStream()]
    const data = { customer: 'Ada', tariff: 'basic' }
    for (const stream of [erased, kept])
      await right(
        store.append({
          ...appendTo(stream),
          events: newEvents(2).map((event, i) => (i === 0 ? { ...event, data } : event)),
        }),
      )
    const one = connect({ max: 1 }, database.url)
    await one.unsafe(documentedSql('Changing what cannot be changed').join('\n'))
    await one.end()
    const dataOf = async (stream: typeof kept) => (await right(store.readStream(stream))).events.map(({ data }) => data)
    expect(await dataOf(erased)).toEqual([{ ...data, customer: 'erased' }, { n: 2 }])
    expect(await dataOf(kept)).toEqual([data, { n: 2 }])
    await expect(sql`delete from foldlog.events`).rejects.toMatchObject({ code: 'FL002' })
  })
})
