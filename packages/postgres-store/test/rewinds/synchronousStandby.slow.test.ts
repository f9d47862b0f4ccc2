import { makeDispatcher } from '@foldlog/dispatcher'
import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { connect, PostgresServers, type Standby, SwitchableProxy, until } from '@foldlog/test-kit'
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { newEvent, streamName } from '../attack/freshStore.ts'
import { right } from '../fixtures.ts'
import { account } from './account.ts'

let servers: PostgresServers
let standby: Standby
let proxy: SwitchableProxy
const cleanups: Array<() => Promise<void>> = []

/** A process of an application, with its own client. */
const startProcess = () => {
  const sql = connect(proxy.urlOf(servers.primary.url), { connection: { application_name: 'application' } })
  const store = makePostgresStore({ sql, statementTimeout: 30_000, retryTimeout: 60_000 })
  const dispatcher = makeDispatcher({ store, aggregates: [account] })
  cleanups.push(async () => {
    await dispatcher.stop()
    await store.stop()
    await sql.end({ timeout: 1 })
  })
  return { store, dispatcher }
}

beforeEach(async () => {
  servers = await PostgresServers.start()
  await servers.primary.withConnection((sql) => right(migrate({ sql })))
  standby = await servers.addStandby('standby')
  await PostgresServers.synchronise(servers.primary, ['standby'])
  proxy = await SwitchableProxy.open(servers.primary.port)
})

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
  await proxy.close()
  await servers.close()
})

afterAll(() => expect(cleanups).toEqual([]))

const waitingForStandby = () =>
  servers.primary.withConnection(async (sql) => {
    const rows = await sql`
      select pid from pg_stat_activity where wait_event = 'SyncRep' and application_name = 'application'`
    return rows.map(({ pid }) => Number(pid))
  })

/** Statements that wait for the standby, or for a statement that waits for it. */
const underWay = () =>
  servers.primary.withConnection(async (sql) => {
    const rows = await sql`
      select pid from pg_stat_activity
      where application_name = 'application' and state = 'active' and wait_event in ('SyncRep', 'transactionid', 'tuple', 'relation')`
    return rows.length
  })

const stored = (server: { readonly withConnection: PostgresServers['primary']['withConnection'] }) =>
  server.withConnection(async (sql) => (await sql`select position from foldlog.events`).length)

const failOver = async () => {
  proxy.cut()
  await servers.primary.crash()
  await standby.promote()
  proxy.switchTo(standby.port)
}

const settled = (promise: Promise<unknown>) => {
  let done = false
  const note = (): void => {
    done = true
  }
  promise.then(note, note)
  return () => done
}

/** Ways to make a commit visible that still waits for the standby. The same append, sent again, finds it stored. */
const ends = [
  { how: 'its backend is terminated', end: async () => void (await terminate()) },
  { how: 'the primary crashes and comes back', end: () => servers.primary.restart() },
]

const terminate = () =>
  servers.primary.withConnection(
    (sql) => sql`select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'`,
  )

describe('commits that wait for a synchronous standby, which is away', () => {
  it.each(ends)(
    'are not acknowledged when $how, wait again when they are sent again, and are stored once in the end',
    async ({ end }) => {
      const { store } = startProcess()
      await standby.cutOff()
      const append = { stream: streamName('s-1'), expected: 'noStream', events: [newEvent({})] } as const
      const outcome = store.append(append)()
      const isSettled = settled(outcome)
      await until('the commit to wait', async () => (await waitingForStandby()).length > 0)
      const [first] = await waitingForStandby()
      expect(await stored(servers.primary)).toBe(0)
      await end()
      await until('the repetition to wait', async () => (await waitingForStandby()).some((pid) => pid !== first))
      // Readers see an event that no standby has: a failover would lose it.
      expect(await stored(servers.primary)).toBe(1)
      expect(isSettled()).toBe(false)
      await failOver()
      expect(await outcome).toMatchObject({ right: { version: 1 } })
      expect(await stored(standby)).toBe(1)
    },
  )

  it.each(ends)(
    'do not count as done for another process when $how: the same command waits there too',
    async ({ end }) => {
      const [one, other] = [startProcess(), startProcess()]
      await standby.cutOff()
      const command = { type: 'Deposit', data: { id: 'a', amount: 1 } } as const
      const first = one.dispatcher.dispatch(command, { commandId: 'command-1' })()
      await until('the commit to wait', async () => (await waitingForStandby()).length > 0)
      await end()
      await until('the event to be visible', async () => (await stored(servers.primary)) === 1)
      const again = other.dispatcher.dispatch(command, { commandId: 'command-1' })()
      const isSettled = settled(again)
      await until('two appends under way, or an answer', async () => isSettled() || (await underWay()) >= 2)
      expect(isSettled()).toBe(false)
      await failOver()
      expect([await first, await again]).toMatchObject([{ right: { version: 1 } }, { right: { version: 1 } }])
      expect(await stored(standby)).toBe(1)
    },
  )

  it('are acknowledged by Postgres itself when the wait is cancelled, and lost by a failover: never cancel it', async () => {
    const { store } = startProcess()
    await standby.cutOff()
    const append = { stream: streamName('s-1'), expected: 'noStream', events: [newEvent({})] } as const
    const outcome = store.append(append)()
    await until('the commit to wait', async () => (await waitingForStandby()).length > 0)
    await servers.primary.withConnection(
      (sql) => sql`select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'`,
    )
    expect(await outcome).toMatchObject({ _tag: 'Right' })
    await failOver()
    expect(await stored(standby)).toBe(0)
  })
})
