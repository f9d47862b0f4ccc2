import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'

/** Whether there is a pgbouncer on this machine. */
export const isInstalled = spawnSync('pgbouncer', ['--version']).status === 0

/** A running pgbouncer, which gives each transaction any of its connections. */
export interface Pooler {
  readonly url: string
  readonly stop: () => Promise<void>
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

const quote = (value: string): string => `'${value.replaceAll("'", "''")}'`

/** One database, in front of a server that is given by its URL. It refuses to run as root, so as root it becomes nobody. */
const configuration = (server: URL, port: number): string =>
  [
    '[databases]',
    [
      `pooled = host=${quote(server.hostname)} port=${server.port || '5432'}`,
      `dbname=${quote(decodeURIComponent(server.pathname.slice(1)))} user=${quote(decodeURIComponent(server.username))}`,
      ...(server.password === '' ? [] : [`password=${quote(decodeURIComponent(server.password))}`]),
    ].join(' '),
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = transaction',
    // As the server wants it: one that is given may speak TLS only.
    'server_tls_sslmode = prefer',
    'default_pool_size = 10',
    'max_client_conn = 500',
    ...(process.getuid?.() === 0 ? ['user = nobody'] : []),
  ].join('\n')

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once('exit', () => resolve())
  })

/** Whether a query comes through; one that is refused by more than a closed port will never. */
const answers = async (sql: postgres.Sql): Promise<boolean> => {
  try {
    await sql`select 1`
    return true
  } catch (failure) {
    if (Reflect.get(Object(failure), 'code') === 'ECONNREFUSED') return false
    throw failure
  }
}

/** Starts one, and waits until a query has come through. */
export const startPooler = async (url: string): Promise<Pooler> => {
  const directory = mkdtempSync(join(tmpdir(), 'foldlog-pooler-'))
  const port = await freePort()
  const file = join(directory, 'pgbouncer.ini')
  writeFileSync(file, configuration(new URL(url), port))
  // It reads its configuration before it becomes nobody.
  const child = spawn('pgbouncer', ['--quiet', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr?.on('data', (text) => {
    said += text
  })
  const pooled = `postgres://anyone@127.0.0.1:${port}/pooled`
  const stop = async () => {
    child.kill('SIGTERM')
    await ended(child)
    rmSync(directory, { recursive: true, force: true })
  }
  const sql = postgres(pooled, { max: 1, prepare: false, fetch_types: false, onnotice() {} })
  try {
    while (!(await answers(sql))) {
      if (child.exitCode !== null) throw new Error(`pgbouncer did not start: ${said}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  } catch (failure) {
    await stop()
    throw failure
  } finally {
    await sql.end()
  }
  return { url: pooled, stop }
}
