import { makePostgresStore } from '@foldlog/postgres-store'
import { describeLaws, handlerStoreLaws } from '@foldlog/testing/laws'
import { afterAll, describe, it } from '@jest/globals'
import { connect } from './connect.ts'
import { leaveAppendOpen } from './leaveAppendOpen.ts'
import { type PooledSchema, schemaPool } from './SchemaPool.ts'

const [sql, otherSql] = [connect({ max: 10 }), connect({ max: 6 })]
const pool = schemaPool(sql, 'handlers')

afterAll(async () => {
  await pool.drop()
  await Promise.all([sql.end(), otherSql.end()])
})

const storesOn = ({ schema, rewinding }: PooledSchema) => ({
  store: makePostgresStore({ sql, schema }),
  other: makePostgresStore({ sql: otherSql, schema }),
  rewinding,
  leaveAppendOpen: leaveAppendOpen(schema),
})

const beginsEmpty = ({ group }: { readonly group: string }) => group === 'the end of the log' || group === 'histories'

const runner = { describe, it }

describeLaws(
  runner,
  'the laws of handlers, on Postgres, each with a log of its own',
  handlerStoreLaws.filter(beginsEmpty),
  {
    makeStore: async () => {
      const pooled = await pool.take()
      return { ...storesOn(pooled), close: pooled.giveBack }
    },
  },
)

// These laws share a schema: each begins with a log of 2,000 events, and makes handlers of its own.
let shared: Promise<PooledSchema> | undefined

describeLaws(
  runner,
  'the laws of handlers, on Postgres',
  handlerStoreLaws.filter((law) => !beginsEmpty(law)),
  {
    makeStore: async () => {
      shared ??= pool.take()
      return storesOn(await shared)
    },
  },
)
