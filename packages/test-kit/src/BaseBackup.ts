import { chown, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyDirectory } from './copyDirectory.ts'
import type { PostgresServer } from './PostgresServer.ts'

/**
 * A copy of a data directory from which servers can be made, any number of them: they begin with the log as it was when
 * the backup ended.
 *
 * @category model
 * @since 0.1.0
 */
export interface BaseBackup {
  /** Holds the data. Never changed. */
  readonly directory: string
  /** A copy does not have the settings that were made by `alter system` on the server. */
  readonly of: PostgresServer
}

/** Files that a copy must not have, or makes anew when it starts. pg_basebackup leaves them out too. */
const transient = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
])
const files = new Set(['postmaster.pid', 'postmaster.opts', 'postgresql.auto.conf', 'backup_label', 'tablespace_map'])

/**
 * Writes a file that belongs to the owner of its directory.
 *
 * @category combinators
 * @since 0.1.0
 */
export const writeOwned = async (directory: string, name: string, text: string): Promise<void> => {
  const path = join(directory, name)
  await writeFile(path, text, { mode: 0o600 })
  const { uid, gid } = await stat(directory)
  if (process.getuid?.() === 0) await chown(path, uid, gid)
}

/**
 * Takes a base backup of a server that runs, while others may write to it, with the WAL that the backup needs and no
 * more: a server that is made from it and replays this WAL has the log as it was when the backup ended. Needs no
 * program but the server.
 *
 * @category constructors
 * @since 0.1.0
 */
const take = (server: PostgresServer, directory: string): Promise<BaseBackup> =>
  // The backup belongs to the connection that began it.
  server.withConnection(async (sql) => {
    const [first] = await sql`select pg_walfile_name(pg_backup_start('test-kit', true)) as wal`
    await copyDirectory(server.data, directory, (path) => transient.has(path) || files.has(path))
    const [last] = await sql`
      select pg_walfile_name(lsn) as wal, labelfile, spcmapfile from pg_backup_stop(wait_for_archive => false)`
    // The end of a backup ends its segment of WAL, so whole segments are no more than the backup needs. Names without
    // the timeline order as they were written.
    const [from, to] = [first, last].map((row) => String(row?.['wal']))
    const needed = (await readdir(join(server.data, 'pg_wal'))).filter(
      (name) => /^[0-9A-F]{24}$/.test(name) && name >= String(from) && name <= String(to),
    )
    const histories = (await readdir(join(server.data, 'pg_wal'))).filter((name) => name.endsWith('.history'))
    const wanted = new Set([...needed, ...histories])
    await copyDirectory(join(server.data, 'pg_wal'), join(directory, 'pg_wal'), (path) => !wanted.has(path))
    await writeOwned(directory, 'backup_label', String(last?.['labelfile']))
    const map = String(last?.['spcmapfile'] ?? '')
    if (map !== '') await writeOwned(directory, 'tablespace_map', map)
    await writeOwned(directory, 'postgresql.auto.conf', '')
    return { directory, of: server }
  })

/**
 * Copies the data directory of a server that has crashed or stopped, as an atomic snapshot of its file system at that
 * moment would.
 *
 * @category constructors
 * @since 0.1.0
 */
const snapshot = async (server: PostgresServer, directory: string): Promise<BaseBackup> => {
  await mkdir(directory, { recursive: true })
  await copyDirectory(server.data, directory, (path) => files.has(path))
  await writeOwned(directory, 'postgresql.auto.conf', '')
  return { directory, of: server }
}

/**
 * Functions on {@link BaseBackup}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const BaseBackup = { take, snapshot } as const
