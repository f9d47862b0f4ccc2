import { fc } from '@fast-check/jest'
import type { BoundaryStore, EventStore } from '@foldlog/core'
import { makeMemoryStore } from '@foldlog/memory-store'
import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { either as E } from 'fp-ts'
import postgres from 'postgres'
import { type CallFault, withFaults } from './callFaults.ts'

export type StoreOfBoundaries = EventStore & BoundaryStore

/** The stores of three processes on one new log. */
export interface LogOfThree {
  readonly stores: readonly [StoreOfBoundaries, StoreOfBoundaries, StoreOfBoundaries]
  readonly close: () => Promise<void>
}

/** A kind of store under test. An append that it refuses says what has appeared. */
export interface StoreKind {
  readonly name: string
  readonly open: () => Promise<LogOfThree>
}

export const inMemory: StoreKind = {
  name: 'in memory',
  open: async () => {
    const store = makeMemoryStore()
    return { stores: [store, store, store], close: async () => {} }
  },
}

const url = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''

let schemas = 0

export const onPostgres: StoreKind = {
  name: 'on Postgres',
  open: async () => {
    const schema = `boundaries_${process.pid}_${schemas++}`
    const connect = () => postgres(url, { max: 3, fetch_types: false, onnotice: () => {} })
    const clients = [connect(), connect(), connect()] as const
    const [first] = clients
    const migrated = await migrate({ sql: first, schema })()
    if (E.isLeft(migrated)) throw new Error(JSON.stringify(migrated.left))
    const make = (sql: postgres.Sql) => makePostgresStore({ sql, schema })
    const stores = [make(clients[0]), make(clients[1]), make(clients[2])] as const
    return {
      stores,
      close: async () => {
        for (const store of stores) await store.stop()
        await first.unsafe(`drop schema "${schema}" cascade`)
        for (const client of clients) await client.end({ timeout: 5 })
      },
    }
  },
}

/** Whether a property is seen to fail on a new log. Without shrinking: that it fails is all that is asked. */
export const isRefuted = async <Values>(
  kind: StoreKind,
  propertyOn: (stores: LogOfThree['stores']) => fc.IAsyncProperty<Values>,
  parameters: fc.Parameters<Values>,
): Promise<boolean> => {
  const { stores, close } = await kind.open()
  const { failed } = await fc.check(propertyOn(stores), { ...parameters, endOnFailure: true })
  await close()
  return failed
}

/** A store whose calls have faults. */
export const withCallFaults = (store: StoreOfBoundaries, under: ReturnType<typeof withFaults>): StoreOfBoundaries => ({
  ...store,
  append: (append) => under(store.append(append)),
  appendAll: (appends) => under(store.appendAll(appends)),
  readStream: (stream, options) => under(store.readStream(stream, options)),
  readMatching: (options) => under(store.readMatching(options)),
  findEvents: (ids) => under(store.findEvents(ids)),
})

/** The stores of three processes, which share one list of faults. */
export const threeWithFaults = (
  stores: ReadonlyArray<StoreOfBoundaries>,
  days: ReadonlyArray<CallFault>,
): ReadonlyArray<StoreOfBoundaries> => {
  const under = withFaults(days)
  return stores.map((store) => withCallFaults(store, under))
}

export const forgetsConditions = (store: StoreOfBoundaries): StoreOfBoundaries => ({
  ...store,
  append: ({ conditions: _, ...append }) => store.append(append),
  appendAll: (appends) => store.appendAll(appends.map(({ conditions: _, ...append }) => append)),
})

export const forgetsChecks = (store: StoreOfBoundaries): StoreOfBoundaries => ({
  ...store,
  append: ({ checks: _, ...append }) => store.append(append),
  appendAll: (appends) => store.appendAll(appends.map(({ checks: _, ...append }) => append)),
})

export const forgetsVersions = (store: StoreOfBoundaries): StoreOfBoundaries => ({
  ...store,
  append: (append) => store.append({ ...append, expected: 'any' }),
  appendAll: (appends) => store.appendAll(appends.map((append) => ({ ...append, expected: 'any' }))),
})
