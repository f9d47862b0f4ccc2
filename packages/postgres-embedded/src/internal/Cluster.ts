import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { lchown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { DataIncompatible, EmbeddedPostgresError } from '../EmbeddedPostgresError.ts'
import { type Binaries, unsupported } from './Binaries.ts'
import { environment } from './environment.ts'
import { withLock } from './lock.ts'
import { ServerUser } from './ServerUser.ts'
import { codeOf, errorMessage, outOfSpace, recoverFrom } from './tryCatch.ts'

const run = promisify(execFile)

/** The directories of a cluster (the data directory of a server) and of its superuser's password. */
export interface Cluster {
  readonly data: string
  readonly password: string
}

/** A shell calls a program "not found" whose dynamic loader is not there, as on Alpine. */
const failed = (directory: string, cause: unknown): EmbeddedPostgresError => {
  const log = typeof cause === 'object' && cause !== null && 'stderr' in cause ? String(cause.stderr) : ''
  if (/No space left on device|Disk quota exceeded/.test(log)) return outOfSpace(directory)
  if (codeOf(cause) === 'ENOENT' || /initdb: not found|initdb: No such file/.test(log))
    return unsupported('The Postgres binaries need glibc and /bin/sh, and cannot be run here')
  const message = `Could not prepare a Postgres cluster in ${directory}: ${errorMessage(cause)}`
  return { _tag: 'ServerFailed', log, message }
}

/** Runs a program as the account, at the root: the account may not be able to enter our working directory. */
const runAs = async (
  account: ServerUser,
  directory: string,
  program: string,
  args: ReadonlyArray<string>,
): Promise<void> => {
  try {
    await run(program, [...args], { ...ServerUser.spawnIdentity(account), cwd: '/', env: environment() })
  } catch (cause) {
    throw failed(directory, cause)
  }
}

/**
 * The unfinished directories of killed runs. Their initdb or cp may still be running: a later start removes what cannot
 * be removed now.
 */
const removeLeftovers = async (prefix: string): Promise<void> => {
  const names = (await readdir(dirname(prefix))).filter((name) => name.startsWith(basename(prefix)))
  const removals = names.map((name) =>
    rm(join(dirname(prefix), name), { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }).catch(() => {}),
  )
  await Promise.all(removals)
}

/**
 * Fills a new directory beside `data` and renames it only when it is complete: a run that is killed on the way leaves
 * nothing that looks like a cluster. Its name is new each time, because an initdb of a killed run goes on writing. The
 * caller holds the lock.
 */
const complete = async (
  cluster: Cluster,
  account: ServerUser,
  fill: (partial: string) => Promise<void>,
): Promise<void> => {
  const prefix = `${cluster.data}.partial-`
  await removeLeftovers(prefix)
  const partial = `${prefix}${randomBytes(6).toString('hex')}`
  await mkdir(partial, { mode: 0o700 })
  try {
    // Removes the link itself, if there is one: never its target.
    if (account.switched) await lchown(partial, account.uid, account.gid)
    await fill(partial)
    await rename(partial, cluster.data)
  } catch (cause) {
    await removeLeftovers(prefix)
    throw cause
  }
}

/**
 * A password, although the server listens on loopback only: other users of the machine reach it, and a superuser runs
 * programs as the server.
 */
const initialise = async (cluster: Cluster, account: ServerUser, binaries: Binaries): Promise<void> => {
  const secret = randomBytes(18).toString('base64url')
  await rm(cluster.password, { force: true })
  await writeFile(cluster.password, secret, { mode: 0o600, flag: 'wx' })
  await complete(cluster, account, async (partial) => {
    // Over a pipe: so there is no file that the user of the server must be able to read. Node's own stdin is a socket,
    // which cannot be opened by name; the shell makes a real pipe.
    const initdb = run(
      '/bin/sh',
      [
        '-c',
        'cat | "$0" "$@"',
        binaries.initdb,
        '-D',
        partial,
        '-U',
        'postgres',
        '-A',
        'scram-sha-256',
        '--pwfile=/dev/stdin',
        '-E',
        'UTF8',
        '--locale=C',
        '--no-sync',
        '-c',
        'timezone=UTC',
        '-c',
        'log_timezone=UTC',
      ],
      { ...ServerUser.spawnIdentity(account), cwd: '/', env: environment() },
    )
    initdb.child.stdin?.on('error', () => {}).end(`${secret}\n`)
    await initdb.catch((cause: unknown) => {
      throw failed(cluster.data, cause)
    })
  })
}

const majorOf = async (data: string): Promise<string | undefined> =>
  (await recoverFrom(['ENOENT'], undefined, readFile(join(data, 'PG_VERSION'), 'utf8')))?.trim()

/** An initialised cluster that others are copied from: copying takes a tenth of the time of initdb. */
const template = (cache: string, account: ServerUser, binaries: Binaries): Promise<Cluster> =>
  withLock(join(cache, 'lock'), async () => {
    const at = join(cache, `template-${binaries.version}-${account.uid}`)
    const made: Cluster = { data: `${at}-data`, password: `${at}-password` }
    if ((await majorOf(made.data)) === undefined) await initialise(made, account, binaries)
    return made
  })

/** Creates the cluster unless it exists. `durable` also syncs it to the disk. */
const ensure = async (
  cluster: Cluster,
  account: ServerUser,
  binaries: Binaries,
  cache: () => Promise<string>,
  durable: boolean,
): Promise<void> => {
  const found = await majorOf(cluster.data)
  if (found === binaries.major) return
  if (found !== undefined) throw incompatible(cluster.data, found, binaries.major)
  const origin = await template(await cache(), account, binaries)
  await rm(cluster.password, { force: true })
  await writeFile(cluster.password, await readFile(origin.password), { mode: 0o600, flag: 'wx' })
  await complete(cluster, account, async (partial) => {
    await runAs(account, cluster.data, 'cp', ['-R', `${origin.data}/.`, partial])
    if (durable) await runAs(account, cluster.data, binaries.initdb, ['--sync-only', '-D', partial])
  })
}

const incompatible = (directory: string, found: string, needed: string): DataIncompatible => ({
  _tag: 'DataIncompatible',
  directory,
  found,
  needed,
  message: `${directory} holds data of Postgres ${found}, this is Postgres ${needed}. Use another directory, or move the data with pg_dump of version ${found}.`,
})

export const Cluster = { ensure } as const
