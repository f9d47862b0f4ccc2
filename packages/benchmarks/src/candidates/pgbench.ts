import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { LoopResult } from '../closedLoop.ts'
import { eventType, payload } from '../domain/payload.ts'

const execute = promisify(execFile)

/**
 * Checks whether the program is installed on this machine.
 *
 * @category destructors
 * @since 0.1.0
 */
const isThere = (): Promise<boolean> =>
  execute('pgbench', ['--version']).then(
    () => true,
    () => false,
  )

/** `concat`, because pgbench does not replace variables within quotes. */
const insertion = (prefix: string) => `\\set i :i + 1
insert into events (stream, version, type, data)
values (concat('${prefix}-', :client_id::int, '-', :i::int), 1, '${eventType}', '${JSON.stringify(payload(1)).replaceAll(':', ': ')}');
`

/** One line for each transaction; its third field is the duration in microseconds. */
const latenciesIn = async (directory: string): Promise<ReadonlyArray<number>> => {
  const names = (await readdir(directory)).filter((name) => name.startsWith('transactions.'))
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')))
  return texts.flatMap((text) => text.split('\n').flatMap((line) => Number(line.split(' ')[2] ?? 0) / 1_000 || []))
}

/**
 * Inserts single rows into the table of {@link BareTable} over a number of connections, with prepared statements: for
 * whole seconds, or twenty rows each when there is less time than one second.
 *
 * @category constructors
 * @since 0.1.0
 */
const insert = async (url: string, prefix: string, clients: number, milliseconds: number): Promise<LoopResult> => {
  const directory = await mkdtemp(join(tmpdir(), 'foldlog-benchmarks-'))
  try {
    const script = join(directory, 'insert.sql')
    await writeFile(script, insertion(prefix))
    const duration = milliseconds < 500 ? ['-t', '20'] : ['-T', String(Math.max(1, Math.round(milliseconds / 1_000)))]
    const { stdout } = await execute(
      'pgbench',
      [
        ...['-n', '-M', 'prepared', '-f', script, '-D', 'i=0', '-c', String(clients), '-j', '2', ...duration],
        ...['-l', '--log-prefix', join(directory, 'transactions'), url],
      ],
      { cwd: directory },
    )
    const [, calls] = /transactions actually processed: (\d+)/.exec(stdout) ?? []
    const [, rate] = /tps = ([\d.]+)/.exec(stdout) ?? []
    if (calls === undefined || rate === undefined) throw new Error(`unexpected output of pgbench: ${stdout}`)
    const latencies = await latenciesIn(directory)
    return { calls: Number(calls), milliseconds: (Number(calls) / Number(rate)) * 1_000, latencies }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/**
 * The program of Postgres that measures the transactions of a server per second.
 *
 * @category namespace
 * @since 0.1.0
 */
export const pgbench = { isThere, insert } as const
