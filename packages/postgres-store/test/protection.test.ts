import { type Migration, makePostgresStore, migrations } from '@foldlog/postgres-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { connect, freshName, migratedStore } from './connect.ts'
import { createDeletedStream, createStream, newEvents, readWholeLog, right } from './fixtures.ts'

const schema = freshName('protection')
const sql = connect()
const store = makePostgresStore({ sql, schema })

// The connection is that of a superuser who owns the tables: no role has more privileges.
beforeAll(async () => {
  await migratedStore({ sql, schema })
  await createStream(store, 3)
  await createDeletedStream(store, 1)
})
afterAll(async () => {
  await sql`drop schema ${sql(schema)} cascade`
  await sql.end()
})

const contents = () => sql`
  select to_jsonb(e) from ${sql(schema)}.events e union all select to_jsonb(s) from ${sql(schema)}.streams s`

const refused: Readonly<Record<string, ReadonlyArray<string>>> = {
  'events are never changed': [
    "update events set data = '{}'",
    "update events set type = 'x' where false",
    'delete from events',
    'delete from events where position = 1',
    'truncate events',
    'truncate events, streams, snapshots',
    `insert into events select * from events on conflict (position) do update set data = '{}'`,
    'merge into events e using streams s on s.id = e.stream when matched then delete',
    'with gone as (delete from events returning *) select count(*) from gone',
  ],
  'streams are never removed or renamed': [
    'delete from streams',
    'truncate streams',
    "update streams set name = name || 'x'",
    "update streams set category = 'x', version = version",
  ],
  'versions only grow, and deleted streams stay deleted': [
    'update streams set version = version - 1',
    'update streams set version = 0 where deleted_at is null',
    'update streams set deleted_at = null',
    'update streams set version = version + 1 where deleted_at is not null',
  ],
}

describe('what is stored', () => {
  for (const [why, statements] of Object.entries(refused))
    for (const statement of statements)
      it(`is protected against: ${statement}`, async () => {
        const before = await contents()
        const qualified = statement.replaceAll(/\b(events|streams|snapshots)\b/g, (name) => `"${schema}".${name}`)
        await expect(sql.unsafe(qualified)).rejects.toMatchObject({
          code: 'FL002',
          message: expect.stringMatching(
            new RegExp(`^(UPDATE|DELETE|TRUNCATE) on ${schema}\\.(events|streams) was refused: ${why}$`),
          ),
        })
        expect(await contents()).toEqual(before)
      })

  it('can be changed by an owner that first disables the triggers', async () => {
    const stream = await createStream(store, 2)
    await sql.begin(async (transaction) => {
      await transaction`alter table ${sql(schema)}.events disable trigger protect`
      await transaction`update ${sql(schema)}.events set data = '"erased"' where version = 2`
      await transaction`alter table ${sql(schema)}.events enable trigger protect`
    })
    expect((await right(store.readStream(stream))).events.map(({ data }) => data)).toEqual([{ n: 1 }, 'erased'])
    await expect(sql`delete from ${sql(schema)}.events`).rejects.toMatchObject({ code: 'FL002' })
  })

  it('may be joined by rows of a restored backup', async () => {
    const copy = freshName('protection')
    const restored = await migratedStore({ sql, schema: copy })
    for (const table of ['streams', 'events'])
      await sql`insert into ${sql(copy)}.${sql(table)} overriding system value select * from ${sql(schema)}.${sql(table)}`
    await sql`select setval(${`"${copy}".positions`}, (select last_value from ${sql(schema)}.positions))`
    await sql`select setval(pg_get_serial_sequence(${`"${copy}".streams`}, 'id'), (select max(id) from ${sql(schema)}.streams))`
    const stream = await createStream(restored, 1)
    const log = await readWholeLog(restored)
    expect(log.slice(0, -1)).toEqual(await readWholeLog(store))
    expect(log.at(-1)?.stream).toBe(stream)
    await sql`drop schema ${sql(copy)} cascade`
  })

  it('can be appended to and deleted by the store', async () => {
    const stream = await createStream(store, 2)
    expect(await right(store.append({ stream, expected: 2, events: newEvents(1) }))).toMatchObject({ version: 3 })
    expect(await right(store.deleteStream(stream, 3))).toMatchObject({ status: 'deleted' })
  })
})

it('snapshots may be removed by hand, because they are a cache', async () => {
  const stream = await createStream(store, 2)
  await right(store.saveSnapshot({ stream, version: 2, schemaVersion: 1, state: {} }))
  expect(await sql`delete from ${sql(schema)}.snapshots`).toHaveProperty('count', 1)
  expect(await right(store.readFromSnapshot(stream, 1))).toMatchObject({ page: { events: [{}, {}] } })
})

it('the numbers of migrations ascend', () => {
  const numbers = migrations.map(({ number }: Migration) => number)
  expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b))
})
