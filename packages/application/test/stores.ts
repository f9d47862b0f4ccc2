import { makeMemoryStore } from '@foldlog/memory-store'
import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { afterAll } from '@jest/globals'
import { either as E } from 'fp-ts'
import postgres from 'postgres'

const url = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''
const opened: Array<() => Promise<unknown>> = []

/** A client of the database of the tests. It ends with the file. */
export const sql = postgres(url, { max: 6, fetch_types: false, onnotice: () => {} })

afterAll(async () => {
  for (const close of opened) await close()
  await sql.end()
})

let schemas = 0

/** An empty schema of its own. */
export const newSchema = (): string => {
  const schema = `application_${process.pid}_${schemas++}`
  opened.push(() => sql.unsafe(`drop schema if exists "${schema}" cascade`))
  return schema
}

const onPostgres = async () => {
  const schema = newSchema()
  const migrated = await migrate({ sql, schema })()
  if (E.isLeft(migrated)) throw new Error(JSON.stringify(migrated.left))
  const store = makePostgresStore({ sql, schema })
  opened.unshift(store.stop)
  return store
}

const onMemory = async () => makeMemoryStore()

/** Both stores, each empty. */
export const stores = [
  ['memory', onMemory],
  ['Postgres', onPostgres],
] as const

export type Store = Awaited<ReturnType<typeof onPostgres>> | Awaited<ReturnType<typeof onMemory>>

export const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}

/** Waits until a condition holds. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Blocks its waiters until it is opened. */
export const gate = (): { readonly passed: Promise<void>; readonly open: () => void } => {
  let open = (): void => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed, open: () => open() }
}

/** Limits with which tests do not wait. */
export const quick = { handlers: { leaseTime: 2_000, pollInterval: 20, idleCommitInterval: 5 } }
