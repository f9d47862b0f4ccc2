import { spawn } from 'node:child_process'
import { close, open } from 'node:fs'
import { readFile, unlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { EmbeddedPostgresError, PortTaken } from '../EmbeddedPostgresError.ts'
import { type Binaries, unsupported } from './Binaries.ts'
import { environment } from './environment.ts'
import { isPostgresIn, signal, startOf } from './processes.ts'
import { ServerDirectory } from './ServerDirectory.ts'
import { ServerUser } from './ServerUser.ts'
import { codeOf, errorMessage, outOfSpace, recoverFrom } from './tryCatch.ts'
import { waitFor } from './waiting.ts'

/** The process of a server. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
}

/** Recovery after a crash comes before the first connection, and may have much to do. */
const startTimeout = 60_000
const stopTimeout = 30_000

const noteOf = (home: ServerDirectory): string => join(ServerDirectory.data(home), 'postmaster.pid')

/** The lines Postgres keeps about itself: 1 process id, 4 port, 8 status. */
const readLines = async (home: ServerDirectory): Promise<ReadonlyArray<string>> =>
  (await recoverFrom(['ENOENT', 'ENOTDIR'], '', readFile(noteOf(home), 'utf8'))).split('\n').map((line) => line.trim())

/**
 * The server that runs in this directory, also while it starts or stops. A note of a dead or unrelated process is no
 * server.
 */
const find = async (home: ServerDirectory): Promise<(Postmaster & { readonly ready: boolean }) | undefined> => {
  const [pid, , , port, , , , status] = await readLines(home)
  if (!isPostgresIn(Number(pid), ServerDirectory.data(home))) return undefined
  return { pid: Number(pid), port: Number(port), ready: status === 'ready' }
}

/** Removes the note of a killed server: a later process with the same id would keep Postgres from starting. */
const dropStaleNote = async (home: ServerDirectory): Promise<void> => {
  // Backends that outlived their postmaster are still detected: by the shared memory, whose key comes from the
  // directory itself.
  if ((await find(home)) === undefined) await recoverFrom(['ENOENT'], undefined, unlink(noteOf(home)))
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      // An address that is not an object is the path of a pipe, and this is a TCP server.
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

const portTaken = (port: number): PortTaken => ({
  _tag: 'PortTaken',
  port,
  message: `Port ${port} on 127.0.0.1 is in use by another program. End that program, or leave out the option \`port\`.`,
})

type Outcome = Postmaster | 'port taken' | 'memory in use'

const explain = (home: ServerDirectory, log: string, why: string): EmbeddedPostgresError =>
  /No space left on device/.test(log)
    ? outOfSpace(home.path)
    : {
        _tag: 'ServerFailed',
        log: log.slice(-4000),
        message: `Postgres in ${home.path} ${why}. The end of ${ServerDirectory.log(home)} says: ${log.trim().slice(-600)}`,
      }

const launch = async (
  home: ServerDirectory,
  account: ServerUser,
  binaries: Binaries,
  flags: ReadonlyArray<string>,
  port: number,
): Promise<Outcome> => {
  // A file and not a pipe: the server may outlive us when others share it.
  const log = await promisify(open)(ServerDirectory.log(home), 'w', 0o600)
  // Last, so that no flag of the caller opens the server to the network.
  const ours = ['-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=']
  const child = spawn(binaries.postgres, ['-D', ServerDirectory.data(home), ...flags, ...ours], {
    ...ServerUser.spawnIdentity(account),
    cwd: '/',
    env: environment(),
    stdio: ['ignore', log, log],
    // A session of its own: Ctrl-C goes to the whole group, and the application may want to write something before it
    // ends.
    detached: true,
  })
  let ended: string | undefined
  let broken: unknown
  child.once('exit', (code, name) => {
    ended = `ended with ${code ?? name}`
  })
  child.once('error', (cause) => {
    broken = cause
  })
  try {
    const state = await waitFor(startTimeout, async () => {
      if (broken !== undefined || ended !== undefined) return 'ended'
      const [pid, , , , , , , status] = await readLines(home)
      return Number(pid) === child.pid && status === 'ready' ? 'ready' : undefined
    })
    if (state === 'ready' && child.pid !== undefined) return { pid: child.pid, port }
    if (codeOf(broken) === 'ENOENT') throw unsupported('The Postgres binaries need glibc, and cannot be run here')
    if (broken !== undefined) throw explain(home, '', `cannot be run: ${errorMessage(broken)}`)
    const text = await readFile(ServerDirectory.log(home), 'utf8')
    if (state === undefined) child.kill('SIGQUIT')
    else if (/could not bind .*(in use|permitted)|could not create any TCP/i.test(text)) return 'port taken'
    else if (/pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(text))
      return 'memory in use'
    throw explain(home, text, ended ?? `was not ready within ${startTimeout / 1000} s`)
  } finally {
    child.unref()
    close(log, () => {})
  }
}

/**
 * Starts a server: on exactly `port`, or else on `preferred` if that is free, or on a free one. Between the search for
 * a free port and its use another program may take it: then the next one is tried.
 */
const start = async (
  home: ServerDirectory,
  account: ServerUser,
  binaries: Binaries,
  flags: ReadonlyArray<string>,
  port: { readonly exactly?: number | undefined; readonly preferred?: number | undefined },
): Promise<Postmaster> => {
  await dropStaleNote(home)
  let attempts = 0
  let next = port.exactly ?? port.preferred ?? (await freePort())
  const started = await waitFor(10_000, async () => {
    attempts += 1
    const outcome = await launch(home, account, binaries, flags, next)
    if (outcome === 'port taken' && port.exactly === undefined) next = await freePort()
    // A fixed port is tried again for a moment, because a client's connection may have used it.
    return typeof outcome === 'object' || (outcome === 'port taken' && attempts >= 10) ? outcome : undefined
  })
  if (typeof started === 'object') return started
  if (started === 'port taken') throw portTaken(next)
  throw explain(home, await readFile(ServerDirectory.log(home), 'utf8'), 'did not start')
}

/**
 * Not `isPostgresIn`: a process that is exiting no longer has an executable and a working directory, and still has its
 * id.
 */
const gone = (pid: number): (() => true | undefined) => {
  const start = startOf(pid)
  return () => (startOf(pid) === start && start !== undefined ? undefined : true)
}

/** Stops whatever server runs in this home and waits for its end: gently first, then as after a crash. */
const stop = async (home: ServerDirectory, how: 'fast' | 'immediate' = 'fast'): Promise<void> => {
  const running = await find(home)
  if (running === undefined) return
  const isGone = gone(running.pid)
  signal(running.pid, how === 'fast' ? 'SIGINT' : 'SIGQUIT')
  if (await waitFor(stopTimeout, isGone)) return
  signal(running.pid, 'SIGQUIT')
  if (await waitFor(stopTimeout, isGone)) return
  throw explain(home, '', `(process ${running.pid}) does not stop; end it with kill -9 ${running.pid}`)
}

export const Postmaster = { find, start, stop } as const
