import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import * as subscriptions from '@foldlog/subscriptions'
import { describeLaws, subscriptionLaws } from '@foldlog/testing/laws'
import { afterAll, beforeAll, describe, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import postgres from 'postgres'
import { postgresRewinding } from './postgresRewinding.ts'

const { FOLDLOG_TEST_DATABASE_URL: url = '' } = process.env
const connect = () => postgres(url, { max: 5, fetch_types: false, onnotice() {} })
/** As two processes have them. */
const [sql, otherSql] = [connect(), connect()]
const schema = `subscriptions_${process.pid}`

beforeAll(async () => {
  const migrated = await migrate({ sql, schema })()
  if (E.isLeft(migrated)) throw new Error(JSON.stringify(migrated.left))
})

afterAll(async () => {
  await sql`drop schema ${sql(schema)} cascade`
  await Promise.all([sql.end(), otherSql.end()])
})

// One for all laws: its copies are numbered.
const rewinding = postgresRewinding(sql, schema)

const makeStore = async () => ({
  store: makePostgresStore({ sql, schema }),
  other: makePostgresStore({ sql: otherSql, schema }),
  rewinding,
})

describeLaws({ describe, it }, 'the laws of subscriptions, on Postgres', subscriptionLaws, { subscriptions, makeStore })
