import { makePostgresStore, type PostgresStore } from '@foldlog/postgres-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type postgres from 'postgres'
import { runCommandLine } from '../src/internal/migrations/commandLine.ts'
import { connect, freshName, migratedStore, testUrl } from './connect.ts'
import { documentedRoles } from './DocumentedRoles.ts'
import { right } from './fixtures.ts'

let sql: postgres.Sql
let schema: string
let store: PostgresStore

beforeAll(async () => {
  sql = connect({ max: 2 })
  schema = freshName('odd "name" % ')
  store = await migratedStore({ sql, schema })
  await right(store.register({ name: 'stays', generation: 1, partitions: 1, start: 0 }))
})
afterAll(async () => {
  await store.stop()
  await sql`drop schema ${sql(schema)} cascade`
  await sql.end()
})

const indexes = (database = testUrl, ...more: ReadonlyArray<string>) =>
  runCommandLine(['indexes', '--database', database, ...more], {})
const own = () => indexes(testUrl, '--schema', schema)

describe('foldlog-postgres indexes', () => {
  it('prints what it creates and drops, and nothing when all is done', async () => {
    expect(await own()).toEqual({ code: 0, out: '', err: '' })
    await right(store.declareIndexes('stays', [[['n']]]))
    const created = await own()
    expect(created).toMatchObject({ code: 0, err: '' })
    expect(created.out).toMatch(/^create index concurrently handler_documents_view_\w+ on [^;]+;\n$/)
    expect(await own()).toEqual({ code: 0, out: '', err: '' })
    await right(store.declareIndexes('stays', [[['m']]]))
    const changed = await own()
    expect(changed).toMatchObject({ code: 0, err: '' })
    expect(changed.out).toMatch(/^drop index concurrently if exists [^;]+;\ncreate index concurrently [^;]+;\n$/)
  })

  it('leaves indexes that a later migration of their function keeps', async () => {
    await right(store.declareIndexes('stays', [[['n']]]))
    expect(await own()).toMatchObject({ code: 0 })
    await sql`update ${sql(schema)}.functions set checksum = 'x' where name in ('sort_key', 'view_index_changes')`
    const migrated = await runCommandLine(['migrate', '--schema', schema, '--database', testUrl], {})
    expect(migrated).toMatchObject({ code: 0, err: '', out: expect.stringContaining('sort_key: applied\n') })
    expect(await own()).toEqual({ code: 0, out: '', err: '' })
  })

  it('fails, and changes nothing, while another session creates indexes', async () => {
    await right(store.declareIndexes('stays', [[['busy']]]))
    const other = await sql.reserve()
    const key = other`1868981348, hashtext(quote_ident(${schema}))`
    await other`select pg_advisory_lock(${key})`
    expect(await own()).toEqual({
      code: 1,
      out: '',
      err: expect.stringContaining('another process creates indexes now'),
    })
    await other`select pg_advisory_unlock(${key})`
    other.release()
    expect(await own()).toMatchObject({ code: 0, out: expect.stringContaining('create index') })
  })

  it('fails for a role that does not own the tables, and says which statement failed and why', async () => {
    const roles = await documentedRoles()
    const writer = makePostgresStore({ sql: roles.as('writer') })
    await right(writer.register({ name: 'stays', generation: 1, partitions: 1, start: 0 }))
    await right(writer.declareIndexes('stays', [[['n']]]))
    expect(await indexes(roles.url('writer'))).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/^foldlog-postgres: create index concurrently .*must be owner of table[^\n]*\n$/),
    })
    expect(await indexes(roles.url('owner'))).toMatchObject({ code: 0, err: '' })
    await writer.stop()
    await roles.drop()
  })

  it('fails with the reason when there is no schema or no server', async () => {
    const absent = await indexes(testUrl, '--schema', freshName('absent'))
    expect(absent).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/absent/) })
    expect(await indexes('postgres://a:Geheim17@127.0.0.1:1/x')).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/^foldlog-postgres: (?!.*Geheim17).*ECONNREFUSED/),
    })
  })
})
