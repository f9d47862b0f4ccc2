import { Logger } from '@foldlog/core'
import { makePostgresStore, type PostgresStoreOptions } from '@foldlog/postgres-store'
import type { MakeStore } from '@foldlog/testing/laws'
import { afterAll, expect } from '@jest/globals'
import type postgres from 'postgres'
import { connect } from './connect.ts'
import { openAppendIn } from './leaveAppendOpen.ts'
import { schemaPool } from './SchemaPool.ts'

interface Clients {
  /** The options of the store under the laws. */
  readonly store?: Partial<PostgresStoreOptions>
  readonly client?: postgres.Options<Record<string, postgres.PostgresType>>
  /** The server that the store connects to, asked when the first store is made. */
  readonly server?: () => Promise<string>
}

/** Creates stores for the laws of one suite. Its schemas are dropped, and its connections closed, when it ends. */
export const storesUnderLaws = ({ store: options, client, server }: Clients = {}): MakeStore => {
  const direct = connect()
  const pool = schemaPool(direct, 'laws')
  let asked: Promise<postgres.Sql> | undefined
  const clientOf = async () => connect({ max: 6, ...client }, await server?.())
  afterAll(async () => {
    // With a timeout in seconds: through a pooler a client waited without end, which would leave the pooler running.
    await (await asked)?.end({ timeout: 5 })
    await pool.drop()
    await direct.end()
  })

  return async () => {
    asked ??= clientOf()
    const sql = await asked
    const { schema, rewinding, giveBack } = await pool.take()
    const warnings: Array<unknown> = []
    const warn = (message: string, facts: unknown) => {
      warnings.push({ message, facts })
    }
    const make = () => makePostgresStore({ sql, schema, logger: { ...Logger.silent, warn, error: warn }, ...options })
    const close = async () => {
      await giveBack()
      // Nothing here loses a connection, so what was sent again was in a deadlock, which the store would hide.
      expect(warnings).toEqual([])
    }
    return { store: make(), other: make(), rewinding, close, openAppend: openAppendIn(schema) }
  }
}
