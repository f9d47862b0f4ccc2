import type { Append } from '@foldlog/core'
import { makePostgresStore } from '@foldlog/postgres-store'
import type postgres from 'postgres'
import { connect } from './connect.ts'
import { freshStream, newEvents, right } from './fixtures.ts'

type ClientOptions = postgres.Options<Record<string, postgres.PostgresType>>

/** Appends in a transaction of a connection of its own; the returned function ends both. */
export const openAppendIn =
  (schema: string, options: ClientOptions = {}) =>
  async (append: Append): Promise<() => Promise<void>> => {
    const sql = connect({ ...options, max: 1 })
    await sql.unsafe('begin')
    await right(makePostgresStore({ sql, schema }).inTransaction(sql).append(append))
    return async () => {
      await sql.unsafe('commit')
      await sql.end()
    }
  }

/** The same with an event of no interest. */
export const leaveAppendOpen =
  (schema: string, options: ClientOptions = {}) =>
  (): Promise<() => Promise<void>> =>
    openAppendIn(schema, options)({ stream: freshStream(), expected: 'noStream', events: newEvents(1) })
