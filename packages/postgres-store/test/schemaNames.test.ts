import {
  makePostgresStore,
  makePostgresStoreEither,
  migrate,
  migrationStatus,
  printMigrations,
} from '@foldlog/postgres-store'
import { afterAll, describe, expect, it } from '@jest/globals'
import { runAllOperations } from './allOperations.ts'
import { connect, freshName, migratedStore } from './connect.ts'
import { freshId, left, newEvents, readWholeLog, right, streamNamed, untyped } from './fixtures.ts'

const sql = connect()
afterAll(() => sql.end())

const drop = (schema: string) => sql.unsafe(`drop schema if exists "${schema.replaceAll('"', '""')}" cascade`)

const id = freshId()
const names = [
  `Upper Case ${id}`,
  `"quoted" ${id}`,
  `'quoted' ${id}`,
  `it's "both" ${id}`,
  `back\\slash\\' ${id}`,
  `a.b.c ${id}`,
  `$1 $$ $x$ $body ${id}`,
  `foldlog.${id}`,
  `x foldlog.append foldlog.${id}`,
  `-- /* ; drop table x; ${id}`,
  `%I %s %1$I ${id}`,
  `:name ${'$'}{name} {{name}} ${id}`,
  `🦄 ünï ${id}`,
  ` ${id} `,
  `select`,
  `1${id}`,
  'x'.repeat(63 - id.length) + id,
  `${'é'.repeat(18)}x${id}`,
]

describe('a schema', () => {
  for (const schema of names)
    it(`works under the name ${JSON.stringify(schema)}`, async () => {
      await drop(schema)
      const store = await migratedStore({ sql, schema })
      await runAllOperations(store)
      await right(migrate({ sql, schema }))
      expect(await right(migrationStatus({ sql, schema }))).toMatchObject({ upToDate: true })
      expect(await sql`select nspname from pg_namespace where nspname = ${schema}`).toHaveLength(1)
      await store.stop()
      await drop(schema)
    })

  it('works where quotes and backslashes are read in the old way', async () => {
    const schema = `back\\slash\\' ${freshId()}`
    const old = connect({ max: 1, connection: { standard_conforming_strings: 'off', escape_string_warning: 'off' } })
    expect(await old`show standard_conforming_strings`).toEqual([{ standard_conforming_strings: 'off' }])
    await runAllOperations(await migratedStore({ sql: old, schema }))
    expect(await sql`select from pg_namespace where nspname = ${schema}`).toHaveLength(1)
    await drop(schema)
    await old.end()
  })

  const bad: ReadonlyArray<readonly [unknown, string]> = [
    ['', 'non-empty'],
    ['x'.repeat(64), '63 bytes'],
    ['🦄'.repeat(16), '63 bytes'],
    ['a\0b', 'control characters'],
    ['a\nb', 'control characters'],
    ['a\u0085b', 'control characters'],
    ['a\ud800', 'surrogate'],
    ['\udc00b', 'surrogate'],
    ['pg_foldlog', "'pg_'"],
    ['a$body$b', '$body$'],
    ['$sql$', '$sql$'],
    ['$migration$', '$migration$'],
    [null, 'string'],
    [17, 'string'],
    [{}, 'string'],
  ]
  for (const [name, why] of bad)
    it(`is InvalidInput everywhere under the name ${JSON.stringify(name)}`, async () => {
      const schema = untyped(name)
      const refused = { _tag: 'InvalidInput', what: 'schema', why: expect.stringContaining(why) }
      expect(printMigrations(schema)).toMatchObject({ left: refused })
      expect(await left(migrate({ sql, schema }))).toMatchObject(refused)
      expect(await left(migrationStatus({ sql, schema }))).toMatchObject(refused)
      expect(makePostgresStoreEither({ sql, schema })).toMatchObject({ left: refused })
      expect(() => makePostgresStore({ sql, schema })).toThrow(why)
    })
})

describe('two applications in one database', () => {
  it('do not disturb each other by the same names, the same ids, an open transaction, a migration or a drop', async () => {
    const [first, second] = [freshName('first'), freshName('second')]
    const [one, other] = [await migratedStore({ sql, schema: first }), await migratedStore({ sql, schema: second })]
    const stream = streamNamed('account-1')
    const append = { stream, expected: 'noStream', events: newEvents(3) } as const
    for (const store of [one, other])
      expect(await right(store.append(append))).toMatchObject({ version: 3, positions: [1, 2, 3], repeated: false })
    await sql.begin(async (transaction) => {
      await right(one.inTransaction(transaction).append({ ...append, expected: 3, events: newEvents(1) }))
      // Neither held back nor locked by the other's transaction.
      await right(other.append({ ...append, expected: 3, events: newEvents(2) }))
      expect(await right(other.readLog())).toMatchObject({ position: 5, end: true })
      expect(await right(one.readLog())).toMatchObject({ position: 3, end: true })
    })
    const log = await readWholeLog(other)
    await right(migrate({ sql, schema: first }))
    expect(await readWholeLog(other)).toEqual(log)
    await drop(first)
    expect(await readWholeLog(other)).toEqual(log)
    await runAllOperations(other)
    expect(await left(one.readLog())).toMatchObject({
      _tag: 'StoreUnavailable',
      retryable: false,
      why: expect.stringContaining('run the migrations'),
    })
    await drop(second)
  })

  it('may use a schema that has other things in it, which stay as they were', async () => {
    const schema = freshName('shared')
    await sql.unsafe(`
      create schema ${schema};
      create table ${schema}.accounts (id int);
      create function ${schema}.twice(int) returns int language sql return $1 * 2`)
    const grants =
      () => sql`select relname::text as name, relacl::text as acl from pg_class where relnamespace = ${schema}::regnamespace and relname = 'accounts'
      union all select proname, proacl::text from pg_proc where pronamespace = ${schema}::regnamespace and proname = 'twice'`
    const before = await grants()
    expect(before).toHaveLength(2)
    await runAllOperations(await migratedStore({ sql, schema }))
    expect(await grants()).toEqual(before)
    await drop(schema)
  })

  it('use the schema foldlog when they name none', () => {
    expect(printMigrations()).toEqual(printMigrations('foldlog'))
  })
})
