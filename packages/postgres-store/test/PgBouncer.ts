import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, until } from './connect.ts'

/** A pooler in transaction mode before a database, with fewer connections than its clients have. */
export interface PgBouncer {
  readonly url: string
  readonly stop: () => Promise<void>
}

export const poolSize = 3

const directories = ['', '/usr/sbin/', '/usr/local/bin/', '/opt/homebrew/bin/']

/** Where the program is, when the machine has it. */
export const findPgBouncer = (): string | undefined =>
  directories.map((directory) => `${directory}pgbouncer`).find((path) => spawnSync(path, ['--version']).status === 0)

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

/** PgBouncer refuses to run as root, and then runs as the user `nobody`. */
const userIds = (): { uid: number; gid: number } | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (flag: string) => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout)
  return { uid: idOf('-u'), gid: idOf('-g') }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

export const startPgBouncer = async (
  program: string,
  databaseUrl: string,
  connections: number = poolSize,
): Promise<PgBouncer> => {
  const server = new URL(databaseUrl)
  const [user, password] = [server.username, server.password].map(decodeURIComponent)
  const directory = mkdtempSync(join(tmpdir(), 'foldlog-pgbouncer-'))
  const ids = userIds()
  const start = async (): Promise<{ child: ChildProcess; port: number }> => {
    const port = await freePort()
    const settings = [
      '[databases]',
      `* = host=${server.hostname} port=${server.port || '5432'} user=${user} password=${quoted(password ?? '')}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = any',
      'pool_mode = transaction',
      // As the server requires it: a given one may accept TLS only.
      'server_tls_sslmode = prefer',
      `default_pool_size = ${connections}`,
      'max_client_conn = 500',
      // In seconds. A server process keeps the plans of every schema that it has seen and grows slow with hundreds of
      // them: see storeLaws.test.ts, whose clients close their connections, which the pooler would keep open.
      'server_lifetime = 20',
      'server_idle_timeout = 2',
    ]
    const file = join(directory, 'pgbouncer.ini')
    writeFileSync(file, settings.join('\n'), { mode: 0o600 })
    if (ids !== undefined) {
      chmodSync(directory, 0o700)
      for (const path of [directory, file]) chownSync(path, ids.uid, ids.gid)
    }
    return { child: spawn(program, [file], { ...ids, stdio: 'ignore' }), port }
  }
  const { child, port } = await start()
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const url = Object.assign(new URL(databaseUrl), { host: `127.0.0.1:${port}` }).href
  const probe = connect({ max: 1, prepare: false, fetch_types: false }, url)
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`${program} ended with exit code ${child.exitCode}`)
    return probe`select 1`.then(
      () => true,
      () => false,
    )
  })
  await probe.end()
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
