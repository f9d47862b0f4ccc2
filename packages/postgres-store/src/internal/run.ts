import type { SqlClient } from '../SqlClient.ts'
import { within } from './deadline.ts'

/** Sends one statement and gives the first column of its rows as texts. Fails with whatever the client failed with. */
export type Run = (statement: string, parameters: Array<string>) => Promise<ReadonlyArray<string>>

/**
 * One statement in autocommit, or in the transaction that the client is: no `begin`, which a dying connection could turn into a crash of the
 * process. `raw` keeps parsers and transforms of the client's owner away from what we read.
 */
export const runOn =
  (sql: SqlClient, timeout: number): Run =>
  async (statement, parameters) => {
    const rows = await within(timeout, sql.unsafe(statement, parameters, { prepare: true }).raw())
    return rows.map(([column]) => column?.toString('utf8') ?? '')
  }
