import { connect, withConnection } from './connect.ts'
import { LogicalDump } from './LogicalDump.ts'
import type { PostgresServer, ServerSettings } from './PostgresServer.ts'
import { PostgresServers } from './PostgresServers.ts'
import { SwitchableProxy } from './SwitchableProxy.ts'

/**
 * A database whose log goes back once, behind an address that stays the same. Its users get no notice.
 *
 * @category model
 * @since 0.1.0
 */
export interface Rewind {
  /** The address to which applications connect, before and after. */
  readonly url: string
  /** The proxy between the applications and the server. */
  readonly proxy: SwitchableProxy
  /** Remembers the log as it is now: later events will be lost. */
  readonly remember: () => Promise<void>
  /** Replaces the present log by the remembered one. Connections are closed. */
  readonly goBack: () => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * A way in which a log goes back, or changes its server without going back.
 *
 * @category model
 * @since 0.1.0
 */
export interface RewindKind {
  readonly name: string
  /** Whether the writes between `remember` and `goBack` are lost. */
  readonly loses: boolean
  readonly open: (settings?: ServerSettings) => Promise<Rewind>
}

interface RewindSetup {
  readonly servers: PostgresServers
  readonly proxy: SwitchableProxy
}

const notRemembered = (): never => {
  throw new Error('`goBack` was called before `remember`')
}

/** `prepare` returns `remember`, which returns the function that restores the remembered log. */
const makeRewind =
  (prepare: (setup: RewindSetup) => Promise<() => Promise<() => Promise<void>>>, database = 'postgres') =>
  async (settings?: ServerSettings): Promise<Rewind> => {
    const servers = await PostgresServers.start(settings)
    const proxy = await SwitchableProxy.open(servers.primary.port)
    const remember = await prepare({ servers, proxy })
    let goBack: () => Promise<void> = async () => notRemembered()
    return {
      url: Object.assign(new URL(proxy.urlOf(servers.primary.url)), { pathname: `/${database}` }).href,
      proxy,
      remember: async () => {
        goBack = await remember()
      },
      goBack: () => goBack(),
      close: async () => {
        await proxy.close()
        await servers.close()
      },
    }
  }

/** The primary crashes, and the other server gets its address. */
const replace = async ({ servers, proxy }: RewindSetup, by: () => Promise<PostgresServer>): Promise<void> => {
  proxy.cut()
  await servers.primary.crash()
  proxy.switchTo((await by()).port)
}

/**
 * The primary crashes, and an asynchronous standby that has not received the last commits is promoted.
 *
 * @category constants
 * @since 0.1.0
 */
export const asynchronousFailover: RewindKind = {
  name: 'losing failover',
  loses: true,
  open: makeRewind(async (setup) => {
    const standby = await setup.servers.addStandby('standby')
    return async () => {
      await standby.caughtUp()
      await standby.cutOff()
      return () => replace(setup, () => standby.promote().then(() => standby))
    }
  }),
}

/**
 * The primary crashes, and a standby is promoted for which every commit has waited: nothing that was acknowledged is
 * lost.
 *
 * @category constants
 * @since 0.1.0
 */
export const synchronousFailover: RewindKind = {
  name: 'synchronous failover',
  loses: false,
  open: makeRewind(async (setup) => {
    const standby = await setup.servers.addStandby('standby')
    await PostgresServers.synchronise(setup.servers.primary, ['standby'])
    return async () => () => replace(setup, () => standby.promote().then(() => standby))
  }),
}

/**
 * The primary crashes and is started again: nothing that was acknowledged is lost.
 *
 * @category constants
 * @since 0.1.0
 */
export const restartedServer: RewindKind = {
  name: 'restarted server',
  loses: false,
  open: makeRewind(
    async ({ servers: { primary } }) =>
      async () =>
      () =>
        primary.restart(),
  ),
}

const restoredBackup = (name: string, recovery: 'crash' | 'archive'): RewindKind => ({
  name,
  loses: true,
  open: makeRewind(async (setup) => async () => {
    const backup = await setup.servers.backUp()
    return () => replace(setup, () => setup.servers.restore(backup, recovery))
  }),
})

/**
 * The primary is lost, and a base backup is started in its place: on the same timeline.
 *
 * @category constants
 * @since 0.1.0
 */
export const restoredBaseBackup = restoredBackup('restored base backup', 'crash')

/**
 * The primary is lost, and a base backup is recovered from an archive in its place: on a new timeline.
 *
 * @category constants
 * @since 0.1.0
 */
export const recoveredFromArchive = restoredBackup('recovered from an archive', 'archive')

/**
 * The files of the server are set back to a snapshot of the disk: of all that the server says only its start time
 * changes.
 *
 * @category constants
 * @since 0.1.0
 */
export const restoredDisk: RewindKind = {
  name: 'restored disk',
  loses: true,
  open: makeRewind(async (setup) => async () => {
    const { primary } = setup.servers
    await primary.crash()
    const files = await setup.servers.snapshot(primary)
    await primary.restart()
    return () => replace(setup, () => setup.servers.restore(files, 'crash'))
  }),
}

const restoredRows = (name: string, write: typeof LogicalDump.restore): RewindKind => ({
  name,
  loses: true,
  open: makeRewind(async ({ servers: { primary }, proxy }) => {
    const admin = connect(primary.url, { max: 1 })
    await admin`create database app`
    await admin.end()
    const url = Object.assign(new URL(primary.url), { pathname: '/app' }).href
    return async () => {
      const dump = await withConnection(url, (sql) => LogicalDump.take(sql))
      return async () => {
        proxy.cut()
        await primary.withConnection(async (sql) => {
          await sql`drop database app with (force)`
          await sql`create database app`
        })
        await withConnection(url, (sql) => write(sql, dump))
        proxy.switchTo(primary.port)
      }
    }
  }, 'app'),
})

/**
 * The database is dropped, made anew and filled from a dump.
 *
 * @category constants
 * @since 0.1.0
 */
export const restoredDump = restoredRows('restored dump', LogicalDump.restore)

/**
 * The database is dropped, made anew and filled with the rows of the old one; its sequences begin at 1.
 *
 * @category constants
 * @since 0.1.0
 */
export const copiedRows = restoredRows('copied rows', LogicalDump.copyRows)

/**
 * All ways.
 *
 * @category constants
 * @since 0.1.0
 */
export const rewindKinds: ReadonlyArray<RewindKind> = [
  asynchronousFailover,
  synchronousFailover,
  restartedServer,
  restoredBaseBackup,
  recoveredFromArchive,
  restoredDisk,
  restoredDump,
  copiedRows,
]
