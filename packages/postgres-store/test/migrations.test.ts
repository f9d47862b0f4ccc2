import { describeError } from '@foldlog/core'
import {
  makePostgresStore,
  migrate,
  migrationStatus,
  migrations,
  printMigrations,
  sqlFunctions,
} from '@foldlog/postgres-store'
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { runAllOperations } from './allOperations.ts'
import { connect, freshName, until } from './connect.ts'
import { createStream, left, readWholeLog, right } from './fixtures.ts'
import { schemaShape } from './schemaShape.ts'

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

const shapeOf = (name: string) => schemaShape(sql, name)

const applied = async (): Promise<string> =>
  JSON.stringify([
    await sql`select * from ${sql(schema)}.migrations order by number`,
    await sql`select * from ${sql(schema)}.functions order by name`,
  ])

describe('migrations', () => {
  it('are printed without a database, and make the same as migrate when they are applied by hand', async () => {
    const script = E.getOrElse(() => '')(printMigrations(schema))
    const byHand = freshName('migrations')
    await right(migrate(options()))
    await sql.unsafe(script.replaceAll(schema, byHand))
    const shape = await shapeOf(schema)
    expect(shape.split('\n').length).toBeGreaterThan(100)
    expect(await shapeOf(byHand)).toBe(shape)
    await runAllOperations(makePostgresStore({ sql, schema: byHand }))
    await sql`drop schema ${sql(byHand)} cascade`
  })

  it('are printed for the schema foldlog when none is named', () => {
    expect(printMigrations()).toMatchObject({ right: expect.stringContaining('create schema "foldlog";') })
  })

  it('change nothing when they are applied again, also where there is a log', async () => {
    await right(migrate(options()))
    const store = makePostgresStore(options())
    await createStream(store, 3)
    const before = [await shapeOf(schema), await applied(), await readWholeLog(store)]
    await right(migrate(options()))
    expect([await shapeOf(schema), await applied(), await readWholeLog(store)]).toEqual(before)
  })

  it('are applied once by eight clients at once', async () => {
    const clients = Array.from({ length: 8 }, () => connect({ max: 1 }))
    const outcomes = await Promise.all(clients.map((client) => migrate({ sql: client, schema })()))
    expect(outcomes).toEqual(outcomes.map(() => E.right(undefined)))
    await runAllOperations(makePostgresStore(options()))
    for (const client of clients) await client.end()
  })

  it('are refused by number and name when they were applied in another form', async () => {
    await right(migrate(options()))
    await sql`update ${sql(schema)}.migrations set checksum = 'of something else' where number = 2`
    const before = await shapeOf(schema)
    const error = await left(migrate(options()))
    expect(error).toMatchObject({ _tag: 'StoreUnavailable', retryable: false, cause: { code: 'FL010' } })
    expect(describeError(error)).toContain('migration 2 (handlers) was applied in another form')
    expect(await shapeOf(schema)).toBe(before)
    const status = await right(migrationStatus(options()))
    expect(status.migrations.filter(({ state }) => state !== 'applied')).toEqual([
      { number: 2, name: 'handlers', state: 'changed' },
    ])
    expect(status.upToDate).toBe(false)
  })

  it('are refused and listed when a newer version applied more', async () => {
    await right(migrate(options()))
    await sql`insert into ${sql(schema)}.migrations values (9999, 'not yet thought of', 'x')`
    const error = await left(migrate(options()))
    expect(error).toMatchObject({ _tag: 'StoreUnavailable', retryable: false, cause: { code: 'FL011' } })
    expect(describeError(error)).toContain('newer version of foldlog')
    expect((await right(migrationStatus(options()))).migrations.at(-1)).toEqual({
      number: 9999,
      name: 'not yet thought of',
      state: 'unknown',
    })
  })

  it('leave nothing when one of them fails', async () => {
    await sql`create schema ${sql(schema)}`
    await sql.unsafe(`create function "${schema}".stream_info(of_stream text) returns int language sql as 'select 1'`)
    const before = await shapeOf(schema)
    const error = await left(migrate(options()))
    expect(error).toMatchObject({
      _tag: 'StoreUnavailable',
      retryable: false,
      why: expect.stringContaining('cannot change return type'),
    })
    expect(await shapeOf(schema)).toBe(before)
  })

  it('leave nothing when their backend is killed, and are applied the next time', async () => {
    const application = freshName('killed')
    const client = connect({ max: 1, connection: { application_name: application } })
    await sql`create schema ${sql(schema)}`
    const outcome = await sql.begin(async (transaction) => {
      // Until this ends, the first migration waits: the name of its table is taken.
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
    await runAllOperations(makePostgresStore(options()))
    // The client may wait for an answer that was lost with the backend.
    await client.end({ timeout: 0 })
  })

  it('are listed when they are missing, and applied by the next migrate', async () => {
    const states = async () => {
      const status = await right(migrationStatus(options()))
      return [...status.migrations, ...status.functions].map(({ name, state }) => `${name} ${state}`)
    }
    const all = (state: string) => [...migrations, ...sqlFunctions].map(({ name }) => `${name} ${state}`)
    expect(await states()).toEqual(all('missing'))
    await sql`create schema ${sql(schema)}`
    expect(await states()).toEqual(all('missing'))
    await right(migrate(options()))
    expect(await states()).toEqual(all('applied'))
    const shape = await shapeOf(schema)
    // As a version before the last migration, and before two functions, left it.
    await sql`drop table ${sql(schema)}.taggings`
    await sql`drop function ${sql(schema)}.is_tags(jsonb), ${sql(schema)}.tag_hash(text)`
    await sql`delete from ${sql(schema)}.migrations where number = ${migrations.at(-1)?.number ?? 0}`
    const tied = ['is_tags', 'tag_hash']
    await sql`delete from ${sql(schema)}.functions where name in ${sql(tied)}`
    const missing = ['taggings', ...tied]
    expect(await states()).toEqual(
      all('applied').map((line) =>
        missing.includes(line.split(' ')[0] ?? '') ? line.replace('applied', 'missing') : line,
      ),
    )
    await right(migrate(options()))
    expect(await states()).toEqual(all('applied'))
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
    const { migrations: states, functions } = await right(migrationStatus(options()))
    expect(new Set([...states, ...functions].map(({ state }) => state))).toEqual(new Set(['missing']))
    expect(await shapeOf(schema)).toBe('')
  })
})

describe('functions', () => {
  const definition = async (name: string) =>
    sql`
      select pg_get_functiondef(oid) as text, prosecdef as definer, proconfig::text as settings, proacl::text as grants
      from pg_proc where pronamespace = ${schema}::regnamespace and proname = ${name}`

  /** Records that a version of foldlog has applied a function in another form. */
  const recordChange = (name: string, version: string) =>
    sql`update ${sql(schema)}.functions set checksum = 'of something else', version = ${version} where name = ${name}`

  const functionState = async (of: string) =>
    (await right(migrationStatus(options()))).functions.find(({ name }) => name === of)?.state

  it('are replaced when they have changed, with their security, their settings and the grants of their owner', async () => {
    await right(migrate(options()))
    const role = freshName('caller')
    await sql.unsafe(`create role ${role}; grant execute on function "${schema}".stream_info(text) to ${role}`)
    const before = await definition('stream_info')
    expect(before).toMatchObject([{ definer: true, grants: expect.stringContaining(role) }])
    await sql.unsafe(`
      create or replace function "${schema}".stream_info(of_stream text) returns text language sql stable
      as $x$ select 'of an earlier version' $x$`)
    await recordChange('stream_info', '0.0.9')
    expect(await definition('stream_info')).not.toEqual(before)
    expect(await functionState('stream_info')).toBe('changed')
    const others = () => sql`select * from ${sql(schema)}.functions where name <> 'stream_info' order by name`
    const untouched = await others()
    await right(migrate(options()))
    expect(await definition('stream_info')).toEqual(before)
    expect(await others()).toEqual(untouched)
    expect(await functionState('stream_info')).toBe('applied')
    await sql.unsafe(`drop owned by ${role}; drop role ${role}`)
  })

  it('make migrate fail, and stay as they are, when a newer version has replaced them', async () => {
    await right(migrate(options()))
    for (const newer of ['0.1.1', '0.2.0', '1.0.0', '0.10.0', '1.0.0-beta.1']) {
      await recordChange('stream_info', newer)
      const before = [await shapeOf(schema), await applied()]
      const error = await left(migrate(options()))
      expect(error).toMatchObject({ _tag: 'StoreUnavailable', retryable: false, cause: { code: 'FL011' } })
      expect(describeError(error)).toContain('the schema was made by a newer version of foldlog than this one')
      expect([await shapeOf(schema), await applied()]).toEqual(before)
      expect(await functionState('stream_info')).toBe('unknown')
      expect(await right(migrationStatus(options()))).toMatchObject({ upToDate: false })
    }
  })

  it('make migrate fail, and stay as they are, when a newer version has added them', async () => {
    await right(migrate(options()))
    await sql`insert into ${sql(schema)}.functions values ('of_the_future', 'x', '99.0.0')`
    await recordChange('stream_info', '0.0.9')
    const before = await applied()
    expect(await left(migrate(options()))).toMatchObject({ cause: { code: 'FL011' } })
    expect(await applied()).toBe(before)
    expect(await functionState('of_the_future')).toBe('unknown')
  })

  it('are no conflict when a newer version has applied the same text', async () => {
    await right(migrate(options()))
    await sql`update ${sql(schema)}.functions set version = '99.0.0'`
    const before = await applied()
    await right(migrate(options()))
    expect(await applied()).toBe(before)
    expect(await right(migrationStatus(options()))).toMatchObject({ upToDate: true })
  })

  it('stay as they are when they are of an earlier version and unknown to this one', async () => {
    await right(migrate(options()))
    await sql`insert into ${sql(schema)}.functions values ('of_the_past', 'x', '0.0.1')`
    const before = await applied()
    await right(migrate(options()))
    expect(await applied()).toBe(before)
  })

  it('can all be applied again, and are then the same', async () => {
    await right(migrate(options()))
    const shape = await shapeOf(schema)
    await sql`delete from ${sql(schema)}.functions`
    await right(migrate(options()))
    expect(await shapeOf(schema)).toBe(shape)
    await runAllOperations(makePostgresStore(options()))
  })
})

describe('two versions of the program that migrate at once', () => {
  /** The script of a later version: it has another `stream_info`. */
  const laterScript = () => {
    const script = E.getOrElse(() => '')(printMigrations(schema))
    const info = sqlFunctions.find(({ name }) => name === 'stream_info')
    const later = script.replaceAll(`${info?.checksum}`, 'checksum of a later version').replaceAll("'0.1.0'", "'0.2.0'")
    expect(later).not.toBe(script)
    return later
  }

  for (const withData of [false, true])
    it(`leave the schema of the later one, ${withData ? 'with data in it' : 'from nothing'}`, async () => {
      if (withData) await createStream(await right(migrate(options())).then(() => makePostgresStore(options())), 3)
      const later = laterScript()
      const clients = Array.from({ length: 8 }, () => connect({ max: 1 }))
      const outcomes = await Promise.all(
        clients.map(async (client, i) => {
          if (i % 2 === 0) return migrate({ sql: client, schema })()
          await client.unsafe(later)
          return 'later' as const
        }),
      )
      expect(outcomes.filter((outcome) => outcome === 'later')).toHaveLength(4)
      // An earlier one succeeds before the first of the later ones, and is refused after it.
      for (const outcome of outcomes)
        if (outcome !== 'later' && E.isLeft(outcome)) expect(outcome.left).toMatchObject({ cause: { code: 'FL011' } })
      expect(await sql`select version from ${sql(schema)}.functions where name = 'stream_info'`).toEqual([
        { version: '0.2.0' },
      ])
      expect(await left(migrate(options()))).toMatchObject({ cause: { code: 'FL011' } })
      await runAllOperations(makePostgresStore(options()))
      for (const client of clients) await client.end()
    })
})

describe('a script that begins after a migration', () => {
  const scriptFrom = (from: number) => E.getOrElse(() => '')(printMigrations(schema, { from }))

  it('leaves out that migration and those before it, and makes the same schema', async () => {
    await right(migrate(options()))
    const shape = await shapeOf(schema)
    expect(scriptFrom(2)).not.toContain(`create table "${schema}".streams`)
    expect(scriptFrom(3)).not.toContain(`create table "${schema}".inline_projections`)
    expect(scriptFrom(2)).toContain(`create table "${schema}".inline_projections`)
    await sql`delete from ${sql(schema)}.functions where name = 'stream_info'`
    for (const { number } of migrations) await sql.unsafe(scriptFrom(number))
    expect(await shapeOf(schema)).toBe(shape)
    expect(await right(migrationStatus(options()))).toMatchObject({ upToDate: true })
  })

  it('is refused by a schema that does not have that migration, or has it in another form', async () => {
    await expect(sql.unsafe(scriptFrom(1))).rejects.toMatchObject({ code: 'FL010' })
    expect(await shapeOf(schema)).toBe('')
    await right(migrate(options()))
    await sql`update ${sql(schema)}.migrations set checksum = 'of something else' where number = 2`
    await expect(sql.unsafe(scriptFrom(2))).rejects.toMatchObject({
      code: 'FL010',
      message: expect.stringContaining('migration 2 (handlers)'),
    })
  })

  it('begins after a migration that there is', () => {
    for (const from of [-1, migrations.length + 1, 1.5, Number.NaN])
      expect(printMigrations(schema, { from })).toMatchObject({ left: { _tag: 'InvalidInput', what: 'from' } })
    expect(printMigrations(schema, { from: 0 })).toEqual(printMigrations(schema))
  })
})
