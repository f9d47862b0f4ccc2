import { Logger } from '@foldlog/core'
import { makePostgresStore } from '@foldlog/postgres-store'
import { makeHandlerRuntime, RuntimeStatus } from '@foldlog/subscriptions'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type postgres from 'postgres'
import { connect, until } from './connect.ts'
import { type DocumentedRoles, documentedRoles } from './DocumentedRoles.ts'
import { freshStream, newEvents, right } from './fixtures.ts'

/** An append in a transaction that stays open: readers wait behind it, and all handlers look healthy. */
let roles: DocumentedRoles
let forgetful: postgres.Sql
beforeAll(async () => {
  roles = await documentedRoles()
  forgetful = connect({ max: 1, connection: { application_name: 'forgetful' } }, roles.url('writer'))
})
afterAll(async () => {
  await forgetful.end()
  await roles.drop()
})

const append = () => ({ stream: freshStream(), expected: 'noStream', events: newEvents(1) }) as const

/** Appends in a transaction that stays open until the returned function is called. */
const leaveOpen = async () => {
  await forgetful.unsafe('begin')
  const [self] = await forgetful`select pg_backend_pid()::text as pid`
  await right(makePostgresStore({ sql: forgetful }).inTransaction(forgetful).append(append()))
  return { pid: String(self?.['pid']), end: (how: 'commit' | 'rollback') => forgetful.unsafe(how) }
}

describe('an append in an open transaction', () => {
  it('is named by the status, with session, application and time, for the roles of writers and readers', async () => {
    const writer = makePostgresStore({ sql: roles.as('writer') })
    await right(writer.append(append()))
    for (const how of ['commit', 'rollback'] as const) {
      const before = await right(writer.settledPosition)
      const began = Date.now()
      const { pid, end } = await leaveOpen()
      await right(writer.append(append()))
      for (const role of ['writer', 'reader', 'owner'] as const) {
        const { settledPosition, openAppends } = await right(
          RuntimeStatus.read(makePostgresStore({ sql: roles.as(role) })),
        )
        expect(settledPosition).toBe(before)
        expect(openAppends).toEqual([
          { position: before, since: expect.any(Date), session: pid, application: 'forgetful' },
        ])
        expect(Math.abs((openAppends[0]?.since.getTime() ?? 0) - began)).toBeLessThan(60_000)
      }
      await end(how)
      await until(async () => (await right(writer.openAppends)).length === 0)
    }
  })

  it('is a warning in the log of a runtime when it stays open, once', async () => {
    const warnings: Array<readonly [string, Readonly<Record<string, unknown>>]> = []
    const runtime = makeHandlerRuntime({
      store: makePostgresStore({ sql: roles.as('writer') }),
      handlers: [],
      limits: { openAppendWarning: 40 },
      logger: { ...Logger.silent, warn: (message, facts) => void warnings.push([message, facts]) },
    })
    await right(runtime.start)
    const { pid, end } = await leaveOpen()
    await right(makePostgresStore({ sql: roles.as('writer') }).append(append()))
    await until(() => warnings.length > 0)
    expect(warnings).toMatchObject([
      [expect.stringContaining('holds readers of the log back'), { session: pid, application: 'forgetful' }],
    ])
    await end('commit')
    // Another open append is another warning; the first was given once.
    const again = await leaveOpen()
    await right(makePostgresStore({ sql: roles.as('writer') }).append(append()))
    await until(() => warnings.length > 1)
    expect(warnings).toHaveLength(2)
    await again.end('rollback')
    await runtime.stop()
  })
})
