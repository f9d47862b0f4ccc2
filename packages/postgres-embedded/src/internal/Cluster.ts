import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { lchown, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { DataMissing, EmbeddedPostgresError } from '../EmbeddedPostgresError.ts'
import { type Binaries, unsupported } from './Binaries.ts'
import { DataState } from './DataState.ts'
import { environment } from './environment.ts'
import { withLock } from './lock.ts'
import { Password } from './Password.ts'
import { ServerUser } from './ServerUser.ts'
import { codeOf, errorMessage, outOfSpace } from './tryCatch.ts'

const run = promisify(execFile)

/**
 * A cluster (the data directory of a server) and the file of its superuser's password. `hasRun` means that a server has
 * run here: then an absent data directory is a loss, and the error is `missing`.
 */
export interface Cluster {
  readonly data: string
  readonly password: string
  readonly hasRun: boolean
  readonly missing: DataMissing
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

/** Waits for a step in the preparation of a cluster. */
const preparing = async (directory: string, step: Promise<unknown>): Promise<void> => {
  try {
    await step
  } catch (cause) {
    throw failed(directory, cause)
  }
}

/** Runs a program as the account, at the root: the account may not be able to enter our working directory. */
const runAs = async (
  account: ServerUser,
  directory: string,
  program: string,
  args: ReadonlyArray<string>,
): Promise<void> => {
  await preparing(
    directory,
    run(program, [...args], { ...ServerUser.spawnIdentity(account), cwd: '/', env: environment() }),
  )
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
const complete = async (data: string, account: ServerUser, fill: (partial: string) => Promise<void>): Promise<void> => {
  const prefix = `${data}.partial-`
  await removeLeftovers(prefix)
  const partial = `${prefix}${randomBytes(6).toString('hex')}`
  await mkdir(partial, { mode: 0o700 })
  try {
    // Removes the link itself, if there is one: never its target.
    if (account.switched) await lchown(partial, account.uid, account.gid)
    await fill(partial)
    await rename(partial, data)
  } catch (cause) {
    await removeLeftovers(prefix)
    throw cause
  }
}

/**
 * A password, although the server listens on loopback only: other users of the machine reach it, and a superuser runs
 * programs as the server.
 */
const initialise = async (data: string, account: ServerUser, binaries: Binaries): Promise<void> => {
  await complete(data, account, async (partial) => {
    const parameters = ['-D', partial, '-U', 'postgres', '-A', 'scram-sha-256', '--pwfile=/dev/stdin']
    const settings = ['-E', 'UTF8', '--locale=C', '--no-sync', '-c', 'timezone=UTC', '-c', 'log_timezone=UTC']
    await preparing(data, Password.pipe(account, binaries.initdb, [...parameters, ...settings], Password.make()))
  })
}

/**
 * An initialised cluster that others are copied from: copying takes a tenth of the time of initdb. Its password is
 * discarded, and each copy gets another one.
 */
const template = (cache: string, account: ServerUser, binaries: Binaries): Promise<string> =>
  withLock(join(cache, 'lock'), async () => {
    const data = join(cache, `template-${binaries.version}-${account.uid}-data`)
    if ((await DataState.read(data, binaries.major)) === 'empty') await initialise(data, account, binaries)
    return data
  })

/**
 * Creates the cluster unless it exists. `durable` also syncs it to the disk. A cluster that exists is not changed,
 * except that it gets a new password when the file of its password is gone. The password of a new cluster is written
 * when the cluster is whole, just before it gets its name: so a start that fails leaves the password of existing data.
 */
const ensure = async (
  cluster: Cluster,
  account: ServerUser,
  binaries: Binaries,
  cache: () => Promise<string>,
  durable: boolean,
): Promise<'present' | 'created' | 'password replaced'> => {
  const { data, password } = cluster
  if ((await DataState.read(data, binaries.major)) === 'present') {
    if ((await Password.read(password)) !== undefined) return 'present'
    const secret = Password.make()
    await preparing(data, Password.set(data, account, binaries, secret))
    await Password.write(password, secret)
    return 'password replaced'
  }
  if (cluster.hasRun) throw cluster.missing
  const origin = await template(await cache(), account, binaries)
  const secret = Password.make()
  await complete(data, account, async (partial) => {
    await runAs(account, data, 'cp', ['-R', `${origin}/.`, partial])
    await preparing(data, Password.set(partial, account, binaries, secret))
    if (durable) await runAs(account, data, binaries.initdb, ['--sync-only', '-D', partial])
    await Password.write(password, secret)
  })
  return 'created'
}

export const Cluster = { ensure } as const
