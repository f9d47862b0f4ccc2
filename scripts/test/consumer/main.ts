// A program of a user: on the memory store, and on Postgres in the given schema.
import { makeMemoryStore } from '@foldlog/memory-store'
import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { either as E } from 'fp-ts'
import postgres from 'postgres'
import { check, count } from './counter'

const onPostgres = async (url: string, schema: string): Promise<unknown> => {
  const sql = postgres(url, { onnotice: () => {} })
  const migrated = await migrate({ sql, schema })()
  if (E.isLeft(migrated)) return migrated.left
  const store = makePostgresStore({ sql, schema })
  const counted = await count(store)
  await store.stop()
  await sql`drop schema ${sql(schema)} cascade`
  await sql.end()
  return counted
}

const main = async (): Promise<void> => {
  const { FOLDLOG_DATABASE_URL: url = '', DATABASE_SCHEMA: schema = '' } = process.env
  check()
  console.log(JSON.stringify([await count(makeMemoryStore()), await onPostgres(url, schema)]))
}

void main()
