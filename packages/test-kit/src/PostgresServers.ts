import { spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { EmbeddedPostgres } from '@foldlog/postgres-embedded'
import type postgres from 'postgres'
import { BaseBackup, writeOwned } from './BaseBackup.ts'
import { copyDirectory } from './copyDirectory.ts'
import { embeddedOptions, PostgresServer, rightOrThrow, type ServerSettings } from './PostgresServer.ts'
import type { Standby } from './Standby.ts'
import { SwitchableProxy } from './SwitchableProxy.ts'
import { until } from './until.ts'

/**
 * The ways to make a server from a base backup. `crash`: it is started as it is, and recovers as after a crash, on the
 * same timeline. `archive`: it recovers from an (empty) archive to the end of its WAL, and begins a new timeline, as a
 * restore with `recovery.signal` does.
 *
 * @category model
 * @since 0.1.0
 */
export type Recovery = 'crash' | 'archive'

/**
 * A primary, and the servers that are made from it.
 *
 * @category model
 * @since 0.1.0
 */
export interface PostgresServers {
  readonly primary: PostgresServer
  /** Takes a base backup of a running server: of the primary, when no server is given. */
  readonly backUp: (server?: PostgresServer) => Promise<BaseBackup>
  /** Copies the data directory of a server that has crashed. */
  readonly snapshot: (server: PostgresServer) => Promise<BaseBackup>
  /** Starts a server from a backup, on a port of its own, and waits until it takes writes. */
  readonly restore: (backup: BaseBackup, recovery: Recovery) => Promise<PostgresServer>
  /**
   * Starts a standby of a server, from a base backup that is taken for it, and waits until the standby receives WAL.
   * Names must differ.
   */
  readonly addStandby: (name: string, of?: PostgresServer) => Promise<Standby>
  /** Starts another server that has nothing in common with the primary, not even the system identifier. */
  readonly another: () => Promise<PostgresServer>
  /** Stops a server for good, the primary or one that was made from it, and removes its data. */
  readonly discard: (server: PostgresServer) => Promise<void>
  /** Stops all servers and removes their data. */
  readonly close: () => Promise<void>
}

/**
 * Notices the end of our process by the end of a pipe. The servers have watchdogs of their own, which must first read
 * the notes in the data directories.
 */
const guard = `
trap '' HUP INT TERM
read -r _
n=0
while [ $n -lt 100 ] && ls "$0"/*/users >/dev/null 2>&1; do n=$((n + 1)); sleep 0.1; done
sleep 0.2
until rm -rf "$0"; do sleep 0.1; done
`

const removeOnExit = (directory: string): { readonly dismiss: () => void } => {
  const shell = spawn('/bin/sh', ['-c', guard, directory], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.unref()
  shell.once('error', () => {})
  shell.stdin.on('error', () => {})
  if ('unref' in shell.stdin && typeof shell.stdin.unref === 'function') shell.stdin.unref()
  return { dismiss: () => void shell.stdin.end() }
}

/**
 * The connection string of a standby. It contains the password: only the owner can read the data directory.
 */
const conninfo = (server: PostgresServer, port: number, name: string): string => {
  const { username, password } = new URL(server.url)
  return `host=127.0.0.1 port=${port} user=${username} password=${decodeURIComponent(password)} application_name=${name} sslmode=disable`
}

const isReceiving = (server: PostgresServer, name: string): Promise<boolean> =>
  server.withConnection(async (sql) => {
    const rows = await sql`select 1 from pg_stat_replication where application_name = ${name} and state = 'streaming'`
    return rows.length === 1
  })

/** Waits until a server takes writes. It answers reads before: as soon as its data are consistent. */
const writable = (sql: postgres.Sql, what: string): Promise<void> =>
  until(what, async () => {
    const [row] = await sql`select pg_is_in_recovery() as recovering`
    return row?.['recovering'] === false
  })

const archiveRecovery = { 'recovery.signal': '', 'postgresql.auto.conf': "restore_command = 'false'\n" }

const standbyOf = (server: PostgresServer, primary: PostgresServer, name: string, link: SwitchableProxy): Standby => ({
  ...server,
  name,
  link,
  caughtUp: async () => {
    const target = await primary.withConnection(async (sql) => {
      const [row] = await sql`select pg_current_wal_insert_lsn()::text as lsn`
      return String(row?.['lsn'])
    })
    await server.withConnection((sql) =>
      until(`the standby ${name} to replay ${target}`, async () => {
        const [row] = await sql`select pg_last_wal_replay_lsn() >= ${target}::text::pg_lsn as done`
        return row?.['done'] === true
      }),
    )
  },
  cutOff: async () => {
    link.cut()
    await until(`the end of the WAL receiver of ${name}`, () =>
      server.withConnection(async (sql) => (await sql`select 1 from pg_stat_wal_receiver`).length === 0),
    )
  },
  promote: () =>
    server.withConnection(async (sql) => {
      await sql`select pg_promote(true, 60)`
      await writable(sql, `the promotion of ${name}`)
    }),
})

/**
 * Starts a primary that can have standbys. All servers belong to this process and end with it, in whatever way it ends.
 *
 * @category constructors
 * @since 0.1.0
 */
const start = async (settings: ServerSettings = {}): Promise<PostgresServers> => {
  const first = rightOrThrow(await EmbeddedPostgres.temporary(embeddedOptions(settings))())
  const primary = PostgresServer.of(first)
  // Beside the first server, where the account of the server has access.
  const room = await mkdtemp(join(dirname(first.directory), 'servers-'))
  await chmod(room, 0o711)
  const guardian = removeOnExit(room)
  const servers: Array<PostgresServer> = [primary]
  const links: Array<SwitchableProxy> = []
  let made = 0
  const place = (kind: string): string => join(room, `${kind}-${++made}`)

  const startFrom = async (backup: BaseBackup, role: Readonly<Record<string, string>>): Promise<PostgresServer> => {
    const home = place('server')
    await mkdir(home, { mode: 0o711 })
    const data = join(home, 'data')
    await copyDirectory(backup.directory, data)
    for (const [name, text] of Object.entries(role)) await writeOwned(data, name, text)
    await writeFile(join(home, 'password'), decodeURIComponent(new URL(backup.of.url).password), { mode: 0o600 })
    const server = await PostgresServer.start(home, settings)
    servers.push(server)
    return server
  }

  const backUp = (server = primary): Promise<BaseBackup> => BaseBackup.take(server, place('backup'))

  return {
    primary,
    backUp,
    snapshot: (server) => BaseBackup.snapshot(server, place('snapshot')),
    restore: async (backup, recovery) => {
      if (recovery === 'crash') return startFrom(backup, {})
      const server = await startFrom(backup, archiveRecovery)
      await server.withConnection((sql) => writable(sql, 'the end of the recovery'))
      return server
    },
    addStandby: async (name, of = primary) => {
      const link = await SwitchableProxy.open(of.port)
      links.push(link)
      const backup = await backUp(of)
      const server = await startFrom(backup, {
        'standby.signal': '',
        'postgresql.auto.conf': `primary_conninfo = '${conninfo(of, link.port, name)}'\n`,
      })
      await rm(backup.directory, { recursive: true, force: true })
      await until(`the standby ${name} to receive`, () => isReceiving(of, name))
      return standbyOf(server, of, name, link)
    },
    another: async () => {
      const cache = place('cache')
      await mkdir(cache, { mode: 0o711 })
      const server = PostgresServer.of(
        rightOrThrow(await EmbeddedPostgres.temporary({ ...embeddedOptions(settings), cache })()),
      )
      servers.push(server)
      return server
    },
    discard: async (server) => {
      await server.stop()
      await rm(dirname(server.data), { recursive: true, force: true, maxRetries: 5 })
    },
    close: async () => {
      await Promise.all(links.map((link) => link.close()))
      await Promise.all(servers.map((server) => server.stop()))
      await rm(room, { recursive: true, force: true, maxRetries: 5 })
      guardian.dismiss()
    },
  }
}

/**
 * Makes commits of a server wait for these standbys, or for none. `level` is what they wait for. `on`: the commit is on
 * the disk of the standby. `remote_apply`: it can be read there.
 *
 * @category combinators
 * @since 0.1.0
 */
const synchronise = (
  server: PostgresServer,
  names: ReadonlyArray<string>,
  level: 'on' | 'remote_apply' = 'on',
): Promise<void> =>
  server.withConnection(async (sql) => {
    const list = names.length === 0 ? '' : `ANY 1 (${names.map((name) => `"${name}"`).join(', ')})`
    await sql.unsafe(`alter system set synchronous_standby_names = '${list}'`)
    await sql.unsafe(`alter system set synchronous_commit = '${level}'`)
    await sql`select pg_reload_conf()`
    await until('synchronous standbys', async () => {
      const rows = await sql`select 1 from pg_stat_replication where sync_state in ('sync', 'quorum')`
      const [row] = await sql`select current_setting('synchronous_standby_names') as names`
      return row?.['names'] === list && (names.length === 0 || rows.length > 0)
    })
  })

/**
 * Functions on {@link PostgresServers}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const PostgresServers = { start, synchronise } as const
