import { migrate, postgresStore } from '@foldlog/postgres-store'
import { afterAll } from '@jest/globals'
import postgres from 'postgres'
import { freshId, right } from '../../core/test/store/given.ts'
import { describeStore } from '../../core/test/store/index.ts'

const { FOLDLOG_TEST_DATABASE_URL: url = '' } = process.env
const sql = postgres(url, { max: 8, fetch_types: false, onnotice() {} })
afterAll(() => sql.end())

describeStore('Postgres store', async () => {
  const schema = `behaviour_${freshId().toLowerCase()}`
  await right(migrate({ sql, schema }))
  return {
    store: postgresStore({ sql, schema }),
    close: async () => {
      await sql`drop schema ${sql(schema)} cascade`
    },
  }
})
