import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { handlerStoreLaws, type StoreLaw } from '@foldlog/testing'
import { afterAll, describe, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import postgres from 'postgres'
import { postgresRewinding } from './postgresRewinding.ts'

const { FOLDLOG_TEST_DATABASE_URL: url = '' } = process.env
const sql = postgres(url, { max: 10, fetch_types: false, onnotice() {} })
const otherSql = postgres(url, { max: 6, fetch_types: false, onnotice() {} })
const schemas: Array<string> = []

const freshSchema = async (): Promise<string> => {
  const schema = `handlers_${process.pid}_${schemas.length}`
  schemas.push(schema)
  const migrated = await migrate({ sql, schema })()
  if (E.isLeft(migrated)) throw new Error(JSON.stringify(migrated.left))
  return schema
}

afterAll(async () => {
  for (const schema of schemas) await sql`drop schema ${sql(schema)} cascade`
  await Promise.all([sql.end(), otherSql.end()])
})

const makeStore = (schemaOf: () => Promise<string>) => async () => {
  const schema = await schemaOf()
  const rewinding = postgresRewinding(sql, schema)
  return { store: makePostgresStore({ sql, schema }), other: makePostgresStore({ sql: otherSql, schema }), rewinding }
}

let shared: Promise<string> | undefined

const sharedSchema = (): Promise<string> => {
  shared ??= freshSchema()
  return shared
}

const beginsEmpty = ({ group }: StoreLaw) => group === 'the end of the log' || group === 'histories'

describe('the laws of handlers, on Postgres', () => {
  const laws = [
    ...handlerStoreLaws(makeStore(freshSchema)).filter(beginsEmpty),
    ...handlerStoreLaws(makeStore(sharedSchema)).filter((law) => !beginsEmpty(law)),
  ]
  it.each(laws.map(({ group, name, run }) => ({ title: `${group}: ${name}`, run })))('$title', ({ run }) => run())
})
