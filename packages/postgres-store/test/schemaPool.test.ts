import { makePostgresStore } from '@foldlog/postgres-store'
import { afterAll, expect, it } from '@jest/globals'
import { connect } from './connect.ts'
import { createDeletedStream, createStream, newEvents, right } from './fixtures.ts'
import { handlerCalls } from './handlerFixtures.ts'
import { schemaPool } from './SchemaPool.ts'

const sql = connect()
afterAll(() => sql.end())

/** Everything that a schema stores: the columns but for times and random ids, and where each sequence is. */
const contentOf = async (schema: string) => {
  const relations = await sql<Array<{ name: string; kind: 'r' | 'S' }>>`
    select relname as name, relkind as kind from pg_class
    where relnamespace = ${schema}::regnamespace and relkind in ('r', 'S') order by relname`
  const content: Record<string, unknown> = {}
  for (const { name, kind } of relations) {
    const table = sql`${sql(schema)}.${sql(name)}`
    content[name] =
      kind === 'S'
        ? await sql`select last_value, is_called from ${table}`
        : await sql`
            select to_jsonb(t) - array['id', 'history', 'began_at', 'made_by', 'file', 'applied_at', 'server_started', 'positions', 'stream_ids'] as row
            from ${table} t order by 1`
  }
  return content
}

it('a schema that is given back has what a new one has, down to its sequences and triggers', async () => {
  const pool = schemaPool(sql, 'pooled')
  const [fresh, used] = [await pool.take(), await pool.take()]
  expect(used.schema).not.toBe(fresh.schema)

  const store = makePostgresStore({ sql, schema: used.schema })
  const stream = await createStream(store, 3)
  await createDeletedStream(store, 2)
  await right(store.saveSnapshot({ stream, version: 3, schemaVersion: 1, state: 'state' }))
  const { register, heartbeat } = handlerCalls(() => store)
  await register('handler', 2)
  await heartbeat('handler', 'member')
  const restore = await used.rewinding.backup()
  await createStream(store, 3)
  await restore()
  await used.rewinding.restart()
  await createStream(store, 1)
  await store.stop()
  expect(await contentOf(used.schema)).not.toEqual(await contentOf(fresh.schema))

  await used.giveBack()
  expect(await contentOf(used.schema)).toEqual(await contentOf(fresh.schema))

  const again = await pool.take()
  expect(again.schema).toBe(used.schema)
  const next = makePostgresStore({ sql, schema: again.schema })
  const { positions } = await right(next.append({ stream, expected: 'noStream', events: newEvents(2) }))
  expect(positions).toEqual([1, 2])
  expect((await right(next.readLog({ count: 1 }))).history).toEqual(await right(next.history))
  await expect(sql`delete from ${sql(again.schema)}.events`).rejects.toMatchObject({ code: 'FL002' })
  await next.stop()
  await pool.drop()
})

it('a schema with a long log is dropped, and replaced by a new one', async () => {
  const pool = schemaPool(sql, 'pooled')
  const long = await pool.take()
  const store = makePostgresStore({ sql, schema: long.schema })
  await createStream(store, 5_000)
  await store.stop()
  await long.giveBack()
  const next = await pool.take()
  expect(next.schema).not.toBe(long.schema)
  expect(await sql`select from pg_namespace where nspname = ${long.schema}`).toHaveLength(0)
  await pool.drop()
  expect(await sql`select from pg_namespace where nspname = ${next.schema}`).toHaveLength(0)
})
