import type { OpenAppends } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { RetryingClient } from '../client/RetryingClient.ts'
import type { Statements } from '../schema/Statements.ts'

/** An open append, written by foldlog.open_appends. */
type OpenAppendRow = readonly [position: number, since: number, pid: number | null, application: string | null]

/** The open appends that readers wait for. */
export const openAppendsOn = ({ query }: RetryingClient, statements: Statements): OpenAppends => ({
  openAppends: async () => {
    const result = await query(statements.openAppends, [])
    if (E.isLeft(result)) return result
    // Written by foldlog.open_appends.
    const rows = JSON.parse(result.right.rows[0] ?? '[]') as ReadonlyArray<OpenAppendRow>
    return E.right(
      rows.map(([position, since, pid, application]) => ({
        position,
        since: new Date(since),
        session: pid === null ? null : `${pid}`,
        application,
      })),
    )
  },
})
