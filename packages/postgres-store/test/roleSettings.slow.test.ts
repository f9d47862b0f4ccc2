import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { describeLaws, handlerStoreLaws, storeLaws } from '@foldlog/testing/laws'
import { afterAll, describe, expect, it } from '@jest/globals'
import { runAllOperations } from './allOperations.ts'
import { connect, freshDatabase } from './connect.ts'
import { right } from './fixtures.ts'
import { leaveAppendOpen } from './leaveAppendOpen.ts'
import { type PooledSchema, schemaPool } from './SchemaPool.ts'
import { storesUnderLaws } from './storesUnderLaws.ts'

/** Settings that a role may have, and that change what SQL means or how values are written. */
const settings: Readonly<Record<string, string>> = {
  array_nulls: 'off',
  'plpgsql.extra_errors': 'all',
  'plpgsql.extra_warnings': 'all',
  standard_conforming_strings: 'off',
  backslash_quote: 'off',
  escape_string_warning: 'off',
  transform_null_equals: 'on',
  quote_all_identifiers: 'on',
  DateStyle: 'SQL, DMY',
  IntervalStyle: 'sql_standard',
  TimeZone: 'Pacific/Apia',
  bytea_output: 'escape',
  extra_float_digits: '-15',
  check_function_bodies: 'off',
  row_security: 'off',
  search_path: 'nowhere',
}

/** The form in which a session gets settings when it connects. */
const options = (of: Readonly<Record<string, string>>) => ({ connection: of })

describe('a role with a setting of its own', () => {
  const alone = Object.entries(settings).map(([name, value]) => [`${name} = ${value}`, { [name]: value }] as const)
  for (const [name, given] of [...alone, ['all of these', settings] as const])
    it(`migrates, and does everything: ${name}`, async () => {
      const admin = connect({ max: 1 })
      const database = await freshDatabase(admin)
      const sql = connect(options(given), database.url)
      await right(migrate({ sql }))
      await runAllOperations(makePostgresStore({ sql }))
      expect(await migrate({ sql })()).toMatchObject({ _tag: 'Right' })
      await sql.end()
      await database.drop()
      await admin.end()
    })
})

const runner = { describe, it, timeout: 300_000 }
describeLaws(runner, 'Postgres store under a role with settings of its own', storeLaws, {
  makeStore: storesUnderLaws({ client: options(settings) }),
  numRuns: 5,
})

// As in handlerStoreLaws.test.ts, these share a schema.
const sql = connect({ max: 10, ...options(settings) })
const direct = connect({ max: 1 })
const pool = schemaPool(direct, 'settings')
let shared: Promise<PooledSchema> | undefined
afterAll(async () => {
  await pool.drop()
  await Promise.all([sql.end(), direct.end()])
})

describeLaws(
  runner,
  'the laws of handlers, under a role with settings of its own',
  handlerStoreLaws.filter(({ group }) => group !== 'the end of the log' && group !== 'histories'),
  {
    makeStore: async () => {
      shared ??= pool.take()
      const { schema, rewinding } = await shared
      const make = () => makePostgresStore({ sql, schema })
      return {
        store: make(),
        other: make(),
        rewinding,
        leaveAppendOpen: leaveAppendOpen(schema, options(settings)),
      }
    },
  },
)
