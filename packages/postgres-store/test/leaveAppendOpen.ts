import { makePostgresStore } from '@foldlog/postgres-store'
import type postgres from 'postgres'
import { connect } from './connect.ts'
import { freshStream, newEvents, right } from './fixtures.ts'

/** Appends an event in a transaction of a connection of its own; the returned function ends both. */
export const leaveAppendOpen =
  (schema: string, options: postgres.Options<Record<string, postgres.PostgresType>> = {}) =>
  async (): Promise<() => Promise<void>> => {
    const sql = connect({ ...options, max: 1 })
    await sql.unsafe('begin')
    const append = { stream: freshStream(), expected: 'noStream', events: newEvents(1) } as const
    await right(makePostgresStore({ sql, schema }).inTransaction(sql).append(append))
    return async () => {
      await sql.unsafe('commit')
      await sql.end()
    }
  }
