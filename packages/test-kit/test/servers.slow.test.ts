import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { connect, LogIdentity, type PostgresServer, PostgresServers, SwitchableProxy, until } from '../src/index.ts'

let servers: PostgresServers

beforeAll(async () => {
  servers = await PostgresServers.start()
  await servers.primary.withConnection((sql) => sql`create table notes (n int primary key)`)
})

afterAll(() => servers.close())

const note = (server: PostgresServer, n: number) =>
  server.withConnection((sql) => sql`insert into notes (n) values (${n})`)

const notes = (server: PostgresServer): Promise<ReadonlyArray<number>> =>
  server.withConnection(async (sql) => (await sql`select n from notes order by n`).map(({ n }) => Number(n)))

const identity = (server: PostgresServer) => server.withConnection((sql) => LogIdentity.read(sql))

describe('servers of a test', () => {
  it('a crashed server restarts with all committed data', async () => {
    const { primary } = servers
    await note(primary, 1)
    await primary.crash()
    await expect(notes(primary)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await primary.restart()
    expect(await notes(primary)).toEqual([1])
  })

  it('a base backup is taken during writes, and has all earlier commits, on the same timeline', async () => {
    const { primary } = servers
    let over = false
    const noise = primary.withConnection(async (sql) => {
      await sql`create table noise (n int)`
      while (!over) await sql`insert into noise select generate_series(1, 1000)`
    })
    const backup = await servers.backUp()
    over = true
    await noise
    await note(primary, 2)
    const [copy, restored] = [await servers.restore(backup, 'crash'), await servers.restore(backup, 'archive')]
    for (const server of [copy, restored]) {
      expect(await notes(server)).toEqual([1])
      await note(server, 3)
    }
    expect(await notes(primary)).toEqual([1, 2])
    const [old, same, next] = await Promise.all([primary, copy, restored].map(identity))
    expect(same?.timeline).toBe(old?.timeline)
    expect(next?.timeline).toBe(Number(old?.timeline) + 1)
    expect([same?.systemIdentifier, next?.systemIdentifier]).toEqual([old?.systemIdentifier, old?.systemIdentifier])
    await Promise.all([copy.stop(), restored.stop()])
  })

  it('a standby that was cut off lacks later commits when it is promoted', async () => {
    const { primary } = servers
    const standby = await servers.addStandby('lagging')
    await note(primary, 10)
    await standby.caughtUp()
    expect(await notes(standby)).toContain(10)
    await expect(note(standby, 99)).rejects.toMatchObject({ code: '25006' })
    await standby.cutOff()
    await note(primary, 11)
    await primary.crash()
    await standby.promote()
    expect(await notes(standby)).not.toContain(11)
    await note(standby, 12)
    expect(await notes(standby)).toContain(12)
    await standby.stop()
    await primary.restart()
    expect(await notes(primary)).toContain(11)
  })

  it('a commit waits for a synchronous standby, which has it when it is promoted', async () => {
    const { primary } = servers
    const standby = await servers.addStandby('synchronous')
    await PostgresServers.synchronise(primary, ['synchronous'])
    await note(primary, 20)
    await standby.cutOff()
    let acknowledged = false
    const waiting = note(primary, 21).then(
      () => {
        acknowledged = true
      },
      () => {},
    )
    await primary.withConnection((sql) =>
      until('a commit that waits', async () => {
        const rows = await sql`select 1 from pg_stat_activity where wait_event = 'SyncRep'`
        return rows.length > 0
      }),
    )
    expect(acknowledged).toBe(false)
    await primary.crash()
    await waiting
    await standby.promote()
    const kept = await notes(standby)
    expect(kept).toContain(20)
    expect(kept).not.toContain(21)
    await standby.stop()
    await primary.restart()
    await PostgresServers.synchronise(primary, [])
  })

  it('a standby of a promoted standby follows the new timeline', async () => {
    const first = await servers.addStandby('first')
    await first.cutOff()
    await first.promote()
    const second = await servers.addStandby('second', first)
    await note(first, 30)
    await second.caughtUp()
    expect(await notes(second)).toContain(30)
    await second.stop()
    await first.stop()
  })
})

describe('a proxy', () => {
  it('switches to another server on request, closes connections, and drops all data', async () => {
    const { primary } = servers
    const other = await servers.restore(await servers.backUp(), 'archive')
    await other.withConnection((sql) => sql`create table here (n int)`)
    const proxy = await SwitchableProxy.open(primary.port)
    const sql = connect(proxy.urlOf(primary.url), { max: 1, connect_timeout: 1 })
    const isHere = async () => (await sql`select to_regclass('here') is not null as here`)[0]?.['here']
    expect(await isHere()).toBe(false)
    proxy.switchTo(other.port)
    await until('the other server', async () => (await isHere()) === true)
    proxy.vanish()
    const unanswered = isHere().then(
      () => 'answered',
      () => 'torn',
    )
    const late = new Promise((resolve) => setTimeout(() => resolve('silent'), 300))
    expect(await Promise.race([unanswered, late])).toBe('silent')
    proxy.switchTo(primary.port)
    expect(await unanswered).toBe('torn')
    await until('the first server', async () => (await isHere()) === false)
    proxy.cut()
    await expect(isHere()).rejects.toBeDefined()
    await sql.end({ timeout: 1 })
    await proxy.close()
    await other.stop()
  })
})
