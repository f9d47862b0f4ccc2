import { migrate } from '@foldlog/postgres-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { LogIdentity, LogicalDump, type PostgresServer, PostgresServers, withConnection } from '../src/index.ts'

let servers: PostgresServers
let original: LogIdentity

const identityOf = (server: PostgresServer) => server.withConnection((sql) => LogIdentity.read(sql))

beforeAll(async () => {
  // Nothing is written to the disk by itself: a crash loses every commit that did not wait.
  servers = await PostgresServers.start({ settings: ['wal_writer_delay=10s', 'wal_writer_flush_after=1GB'] })
  await servers.primary.withConnection(async (sql) => {
    expect(await migrate({ sql })()).toMatchObject({ _tag: 'Right' })
    await sql`create table notes (n int)`
  })
  original = await identityOf(servers.primary)
})

afterAll(() => servers.close())

/** The WAL position changes all the time, and the control file has a new timeline only some time after a promotion. */
const changing = new Set(['walPosition', 'timelineOfCheckpoint'])

/** The facts in which an identity differs from another. */
const changed = (identity: LogIdentity, original: LogIdentity): ReadonlyArray<string> => {
  const before: Readonly<Record<string, unknown>> = { ...original }
  return Object.entries(identity)
    .filter(([name, value]) => !changing.has(name) && before[name] !== value)
    .map(([name]) => name)
    .sort()
}

/**
 * The number of the file is given by a counter of the cluster. Two clusters with the same history of statements often
 * give the same number, and need not.
 */
const withoutFile = (facts: ReadonlyArray<string>): ReadonlyArray<string> =>
  facts.filter((name) => name !== 'eventsFile')

const restarted = ['startedAt']
const newTimeline = ['startedAt', 'timeline']

/** The url of a database of the primary. */
const databaseUrl = (name: string): string => Object.assign(new URL(servers.primary.url), { pathname: `/${name}` }).href

// The facts that show a changed log. No set of them shows every case without false alarms.
describe('the identity of a server’s history', () => {
  it('changes its timeline with a promotion, in the control file after the next checkpoint; another promotion has the same number', async () => {
    const [one, other] = [await servers.addStandby('one'), await servers.addStandby('other')]
    await Promise.all([one.cutOff(), other.cutOff()])
    await one.promote()
    expect(changed(await identityOf(one), original)).toEqual(newTimeline)
    await other.promote()
    await other.withConnection((sql) => sql`checkpoint`)
    const second = await identityOf(other)
    expect(second).toMatchObject({ timeline: 2, timelineOfCheckpoint: 2 })
    expect((await identityOf(one)).timeline).toBe(2)
    await Promise.all([one.stop(), other.stop()])
  })

  it('keeps its timeline with a base backup that is started as it is, and with a snapshot of the files', async () => {
    const backup = await servers.backUp()
    const copy = await servers.restore(backup, 'crash')
    expect(changed(await identityOf(copy), original)).toEqual(restarted)
    await copy.stop()
    await servers.primary.crash()
    const files = await servers.snapshot(servers.primary)
    await servers.primary.restart()
    const snapshot = await servers.restore(files, 'crash')
    expect(changed(await identityOf(snapshot), original)).toEqual(restarted)
    await snapshot.stop()
    expect(changed(await identityOf(servers.primary), original)).toEqual(restarted)
  })

  it('has a new timeline with a base backup recovered from an archive, the same for each one of the same backup', async () => {
    const backup = await servers.backUp()
    for (let i = 0; i < 2; i++) {
      const restored = await servers.restore(backup, 'archive')
      expect(changed(await identityOf(restored), original)).toEqual(newTimeline)
      expect((await identityOf(restored)).timeline).toBe(2)
      await restored.stop()
    }
  })

  it('changes only the start when a crash loses acknowledged commits (synchronous_commit = off)', async () => {
    const { primary } = servers
    const seen = await primary.withConnection(async (sql) => {
      await sql`set synchronous_commit = off`
      await sql`insert into notes (n) values (1)`
      return (await sql`select n from notes`).length
    })
    await primary.crash()
    await primary.restart()
    expect(seen).toBe(1)
    expect(await primary.withConnection((sql) => sql`select n from notes`)).toHaveLength(0)
    expect(changed(await identityOf(primary), original)).toEqual(restarted)
  })

  it('changes the system identifier with a dump restored into a new cluster; into a copy of one initdb, only the start', async () => {
    const dump = await servers.primary.withConnection((sql) => LogicalDump.take(sql))
    const other = await servers.another()
    await other.withConnection((sql) => LogicalDump.restore(sql, dump))
    expect(withoutFile(changed(await identityOf(other), original))).toEqual(['startedAt', 'systemIdentifier'])
    await other.stop()
    const twin = await PostgresServers.start()
    await twin.primary.withConnection((sql) => LogicalDump.restore(sql, dump))
    expect(withoutFile(changed(await identityOf(twin.primary), original))).toEqual(['startedAt'])
    await twin.close()
  })

  it('changes only object identifiers with a dump restored into the same cluster, only the file with rows replaced in place', async () => {
    const { primary } = servers
    const make = () => primary.withConnection((sql) => sql`create database app`)
    const identity = () => withConnection(databaseUrl('app'), (sql) => LogIdentity.read(sql))
    const dump = await primary.withConnection((sql) => LogicalDump.take(sql))
    const restore = () => withConnection(databaseUrl('app'), (sql) => LogicalDump.restore(sql, dump))
    await make()
    await restore()
    let before = await identity()
    await primary.withConnection((sql) => sql`drop database app with (force)`)
    await make()
    await restore()
    expect(changed(await identity(), before)).toEqual(['database', 'events', 'eventsFile'])
    before = await identity()
    await withConnection(databaseUrl('app'), (sql) => sql`drop schema foldlog cascade`)
    await restore()
    expect(changed(await identity(), before)).toEqual(['events', 'eventsFile'])
    before = await identity()
    await withConnection(databaseUrl('app'), async (sql) => {
      await sql`alter table foldlog.events disable trigger protect`
      await sql`truncate foldlog.events`
    })
    expect(changed(await identity(), before)).toEqual(['eventsFile'])
    before = await identity()
    await primary.withConnection(async (sql) => {
      await sql`create database copy template app`
      await sql`drop database app with (force)`
      await sql`alter database copy rename to app`
    })
    expect(changed(await identity(), before)).toEqual(['database'])
  })
})
