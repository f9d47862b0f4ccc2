import { makeMemoryStore } from '@foldlog/memory-store'
import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { afterAll } from '@jest/globals'
import postgres from 'postgres'
import type { ShopStore } from '../../src/shop/ShopStore.ts'
import { right } from '../fixtures.ts'

const open: Array<() => Promise<unknown>> = []
afterAll(async () => {
  for (const close of open.reverse()) await close()
})

let schemas = 0

const inPostgres = async (): Promise<ShopStore> => {
  const sql = postgres(process.env['FOLDLOG_TEST_DATABASE_URL'] ?? '', {
    max: 4,
    fetch_types: false,
    onnotice: () => {},
  })
  const schema = `shop_history_${process.pid}_${Date.now()}_${schemas++}`
  right(await migrate({ sql, schema })())
  const store = makePostgresStore({ sql, schema })
  open.push(async () => {
    await store.stop()
    await sql`drop schema ${sql(schema)} cascade`
    await sql.end({ timeout: 1 })
  })
  return store
}

const inMemory = async (): Promise<ShopStore> => {
  const store = makeMemoryStore()
  open.push(store.stop)
  return store
}

/** An empty store of each kind. */
export const stores: ReadonlyArray<readonly [name: string, make: () => Promise<ShopStore>]> = [
  ['memory', inMemory],
  ['Postgres', inPostgres],
]
