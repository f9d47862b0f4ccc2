import { migrate, postgresStore } from '@foldlog/postgres-store'
import { describeLaws, handlerStoreLaws } from '@foldlog/testing'
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
  return { store: postgresStore({ sql, schema }), other: postgresStore({ sql: otherSql, schema }), rewinding }
}

let shared: Promise<string> | undefined

const sharedSchema = (): Promise<string> => {
  shared ??= freshSchema()
  return shared
}

const beginsEmpty = ({ group }: { readonly group: string }) => group === 'the end of the log' || group === 'histories'

const runner = { describe, it }
const emptyLogLaws = handlerStoreLaws.filter(beginsEmpty)
const otherLaws = handlerStoreLaws.filter((law) => !beginsEmpty(law))

describeLaws(runner, 'the laws of handlers, on Postgres, each with a log of its own', emptyLogLaws, {
  makeStore: makeStore(freshSchema),
})
describeLaws(runner, 'the laws of handlers, on Postgres', otherLaws, { makeStore: makeStore(sharedSchema) })
