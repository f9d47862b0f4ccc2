import { makePostgresStore, migrate, migrationStatus, sqlFunctions } from '@foldlog/postgres-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type postgres from 'postgres'
import { migratedObjects, triggersIn } from '../src/internal/migrations/schemaObjects.ts'
import { runAllOperations } from './allOperations.ts'
import { connect, freshName } from './connect.ts'
import { left, right } from './fixtures.ts'

const sql: postgres.Sql = connect()
const schemas: Array<string> = []
const migrated = async (): Promise<string> => {
  const schema = freshName('dropped')
  schemas.push(schema)
  await right(migrate({ sql, schema }))
  return schema
}
let catalog: ReadonlyArray<string>
beforeAll(async () => {
  const schema = await migrated()
  const rows = await sql<Array<{ object: string }>>`
    select case relkind when 'S' then 'sequence' when 'v' then 'view' when 'i' then 'index' else 'table' end || ' ' || relname as object
    from pg_class where relnamespace = ${schema}::regnamespace and relkind in ('r', 'S', 'v', 'i')
    union all select 'function ' || proname from pg_proc where pronamespace = ${schema}::regnamespace
    union all select 'trigger ' || tgname || ' on ' || relname from pg_trigger join pg_class c on c.oid = tgrelid
      where relnamespace = ${schema}::regnamespace and not tgisinternal`
  catalog = rows.map(({ object }) => object)
})
afterAll(async () => {
  for (const schema of schemas) await sql`drop schema ${sql(schema)} cascade`
  await sql.end()
})

const status = (schema: string) => right(migrationStatus({ sql, schema }))

describe('the parts of a schema', () => {
  it('are all known, so that none can be dropped unnoticed', () => {
    const known = [
      ...migratedObjects,
      ...sqlFunctions.map(({ name }) => `function ${name}`),
      ...sqlFunctions.flatMap(({ text }) => triggersIn(text)).map(({ name, table }) => `trigger ${name} on ${table}`),
    ]
    expect(known.toSorted()).toEqual(catalog.toSorted())
  })

  it('are made anew by the migrations when they are functions or triggers, each of them', async () => {
    const schema = await migrated()
    for (const object of catalog.filter((one) => /^(function|trigger) /.test(one))) {
      const [kind, name = '', , table = ''] = object.split(' ')
      await sql.unsafe(
        kind === 'trigger'
          ? `drop trigger ${name} on "${schema}".${table}`
          : `drop function "${schema}".${name} cascade`,
      )
      const { dropped, upToDate } = await status(schema)
      expect({ dropped, upToDate }).toEqual({ dropped: expect.arrayContaining([object]), upToDate: false })
      await right(migrate({ sql, schema }))
      expect(await status(schema)).toMatchObject({ dropped: [], upToDate: true })
    }
    await runAllOperations(makePostgresStore({ sql, schema }))
  })

  it('are named by the status and by the migrations when they are tables, sequences, views or indexes', async () => {
    for (const object of [
      'table events',
      'table snapshots',
      'table recovery_mark',
      'sequence positions',
      'view checked_log_state',
      'index events_category_position',
      'index events_id_key',
    ]) {
      const schema = await migrated()
      const [kind, name] = object.split(' ')
      await sql.unsafe(
        name === 'events_id_key'
          ? `alter table "${schema}".events drop constraint events_id_key`
          : `${name === 'positions' ? `alter table "${schema}".events alter position drop default; ` : ''}drop ${kind} "${schema}".${name} cascade`,
      )
      expect(await status(schema)).toMatchObject({ dropped: expect.arrayContaining([object]), upToDate: false })
      expect(await left(migrate({ sql, schema }))).toMatchObject({
        _tag: 'StoreUnavailable',
        retryable: false,
        why: expect.stringMatching(new RegExp(`lacks .*the ${object}.*backup`)),
      })
    }
  })

  it('include triggers that the owner has disabled', async () => {
    const schema = await migrated()
    await sql.unsafe(`alter table "${schema}".events disable trigger protect`)
    expect(await status(schema)).toMatchObject({ dropped: ['trigger protect on events'], upToDate: false })
    await sql.unsafe(`alter table "${schema}".events enable trigger protect`)
    expect(await status(schema)).toMatchObject({ dropped: [], upToDate: true })
  })
})
