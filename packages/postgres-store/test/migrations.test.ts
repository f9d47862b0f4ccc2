import { describeError } from '@foldlog/core'
import { migrate, migrationStatus, migrations, postgresStore, printMigrations } from '@foldlog/postgres-store'
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { runAllOperations } from './allOperations.ts'
import { connect, freshName, until } from './connect.ts'
import { createStream, left, readWholeLog, right } from './fixtures.ts'

const sql = connect({ max: 10 })
afterAll(() => sql.end())

let schema: string
beforeEach(() => {
  schema = freshName('migrations')
})
afterEach(async () => {
  await sql`drop schema if exists ${sql(schema)} cascade`
})

const options = () => ({ sql, schema })

/** All properties of a schema in the catalog that can differ, without the name of the schema. */
const shapeOf = async (name: string): Promise<string> => {
  const rows = await sql<Array<{ shape: string }>>`
    with here as (select oid from pg_namespace where nspname = ${name})
    select concat_ws(' ', 'relation', relname, relkind, reloptions, relacl) as shape from pg_class, here where relnamespace = here.oid
    union all
    select concat_ws(' ', 'column', attrelid::regclass, attnum, attname, format_type(atttypid, atttypmod), attnotnull, attcollation, attidentity)
    from pg_attribute join pg_class c on c.oid = attrelid, here where relnamespace = here.oid
    union all
    select concat_ws(' ', 'constraint', pg_get_constraintdef(c.oid)) from pg_constraint c, here where connamespace = here.oid
    union all
    select concat_ws(' ', 'trigger', pg_get_triggerdef(t.oid)) from pg_trigger t join pg_class c on c.oid = tgrelid, here where relnamespace = here.oid
    union all
    select concat_ws(' ', 'function', pg_get_functiondef(p.oid), proacl) from pg_proc p, here where pronamespace = here.oid
    union all
    select concat_ws(' ', 'sequence', s) from pg_sequences s where schemaname = ${name}
    order by 1`
  return rows.map(({ shape }) => shape.replaceAll(name, 'SCHEMA')).join('\n')
}

const applied = async (): Promise<string> =>
  JSON.stringify(await sql`select number, name, checksum, applied_at from ${sql(schema)}.migrations order by number`)

describe('migrations', () => {
  it('are printed without a database, and applied by hand make the same as migrate', async () => {
    const script = E.getOrElse(() => '')(printMigrations(schema))
    const byHand = freshName('migrations')
    await right(migrate(options()))
    await sql.unsafe(script.replaceAll(schema, byHand))
    const shape = await shapeOf(schema)
    expect(shape.split('\n').length).toBeGreaterThan(100)
    expect(await shapeOf(byHand)).toBe(shape)
    await runAllOperations(postgresStore({ sql, schema: byHand }))
    await sql`drop schema ${sql(byHand)} cascade`
  })

  it('are printed for the schema foldlog when none is named', () => {
    expect(printMigrations()).toMatchObject({ right: expect.stringContaining('create schema "foldlog";') })
  })

  it('applied again change nothing, also where there is a log', async () => {
    await right(migrate(options()))
    const store = postgresStore(options())
    await createStream(store, 3)
    const before = [await shapeOf(schema), await applied(), await readWholeLog(store)]
    await right(migrate(options()))
    expect([await shapeOf(schema), await applied(), await readWholeLog(store)]).toEqual(before)
  })

  it('of eight clients at once are applied once', async () => {
    const clients = Array.from({ length: 8 }, () => connect({ max: 1 }))
    const outcomes = await Promise.all(clients.map((client) => migrate({ sql: client, schema })()))
    expect(outcomes).toEqual(outcomes.map(() => E.right(undefined)))
    await runAllOperations(postgresStore(options()))
    for (const client of clients) await client.end()
  })

  it('that were applied in another form are refused, by number and name', async () => {
    await right(migrate(options()))
    await sql`update ${sql(schema)}.migrations set checksum = 'of something else' where number = 3`
    const before = await shapeOf(schema)
    const error = await left(migrate(options()))
    expect(error).toMatchObject({ _tag: 'StoreUnavailable', retryable: false, cause: { code: 'FL010' } })
    expect(describeError(error)).toContain('migration 3 (snapshots) was applied in another form')
    expect(await shapeOf(schema)).toBe(before)
    const status = await right(migrationStatus(options()))
    expect(status.filter(({ state }) => state !== 'applied')).toEqual([
      { number: 3, name: 'snapshots', state: 'changed' },
    ])
  })

  it('of a newer version are refused, and listed', async () => {
    await right(migrate(options()))
    await sql`insert into ${sql(schema)}.migrations values (9999, 'not yet thought of', 'x')`
    const error = await left(migrate(options()))
    expect(error).toMatchObject({ _tag: 'StoreUnavailable', retryable: false, cause: { code: 'FL011' } })
    expect(describeError(error)).toContain('newer version of foldlog')
    expect((await right(migrationStatus(options()))).at(-1)).toEqual({
      number: 9999,
      name: 'not yet thought of',
      state: 'unknown',
    })
  })

  it('that fail in their midst leave nothing', async () => {
    await sql`create schema ${sql(schema)}`
    await sql.unsafe(
      `create function "${schema}".stream_info(of_stream text) returns setof text language sql as 'select 1'`,
    )
    const before = await shapeOf(schema)
    const error = await left(migrate(options()))
    expect(error).toMatchObject({
      _tag: 'StoreUnavailable',
      retryable: false,
      why: expect.stringContaining('already exists'),
    })
    expect(await shapeOf(schema)).toBe(before)
  })

  it('whose backend is killed in their midst leave nothing, and are applied the next time', async () => {
    const application = freshName('killed')
    const client = connect({ max: 1, connection: { application_name: application } })
    await sql`create schema ${sql(schema)}`
    const outcome = await sql.begin(async (transaction) => {
      // Until this ends, the third migration waits: the name of its table is taken.
      await transaction`create table ${sql(schema)}.snapshots ()`
      const migrating = migrate({ sql: client, schema })()
      await until(async () => {
        const stuck = await sql`
          select from pg_stat_activity where application_name = ${application} and wait_event_type = 'Lock'`
        return stuck.length > 0
      })
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${application}`
      const ended = await migrating
      await transaction`drop table ${sql(schema)}.snapshots`
      return ended
    })
    expect(outcome).toMatchObject({ left: { _tag: 'StoreUnavailable', retryable: true } })
    expect(await shapeOf(schema)).toBe('')
    await right(migrate(options()))
    await runAllOperations(postgresStore(options()))
    // The client may wait for an answer that was lost with the backend.
    await client.end({ timeout: 0 })
  })

  it('that are missing are listed, and applied by the next migrate', async () => {
    const stateOf = async () =>
      (await right(migrationStatus(options()))).map(({ number, name, state }) => `${number} ${name} ${state}`)
    const all = (state: string) => migrations.map(({ number, name }) => `${number} ${name} ${state}`)
    expect(await stateOf()).toEqual(all('missing'))
    await sql`create schema ${sql(schema)}`
    expect(await stateOf()).toEqual(all('missing'))
    await right(migrate(options()))
    expect(await stateOf()).toEqual(all('applied'))
    const shape = await shapeOf(schema)
    // As a version before the last migration left it.
    const last = migrations.at(-1)?.number ?? 0
    await sql`delete from ${sql(schema)}.migrations where number = ${last}`
    expect(await stateOf()).toEqual([...all('applied').slice(0, -1), ...all('missing').slice(-1)])
    await right(migrate(options()))
    expect(await stateOf()).toEqual(all('applied'))
    expect(await shapeOf(schema)).toBe(shape)
  })

  it('require read committed, with a clear error', async () => {
    const client = connect({ max: 1, connection: { default_transaction_isolation: 'serializable' } })
    const error = await left(migrate({ sql: client, schema }))
    expect(describeError(error)).toContain('the transaction isolation is serializable, foldlog needs read committed')
    await client.end()
  })

  it('require a database in UTF8, with a clear error', async () => {
    const name = freshName('latin')
    await sql.unsafe(`create database "${name}" encoding 'LATIN1' locale 'C' template template0`)
    const client = connect({ max: 1, database: name })
    const error = await left(migrate({ sql: client }))
    expect(describeError(error)).toContain('the encoding of the database is LATIN1, foldlog needs UTF8')
    await client.end()
    await sql`drop database ${sql(name)}`
  })

  it('may be part of a transaction of the caller’s', async () => {
    await sql
      .begin(async (transaction) => {
        await right(migrate({ sql: transaction, schema }))
        throw new Error('the caller has other plans')
      })
      .catch(() => {})
    expect(new Set((await right(migrationStatus(options()))).map(({ state }) => state))).toEqual(new Set(['missing']))
    expect(await shapeOf(schema)).toBe('')
  })
})
