// The command line as a process, on databases of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EventId, StreamName } from '@foldlog/core'
import { migrate } from '@foldlog/postgres-store'
import { connect } from '@foldlog/test-kit'
import { expect } from '@jest/globals'
import { either as E, type taskEither as TE } from 'fp-ts'
import pLimit from 'p-limit'
import { type Ended, runNode, run as runProcess } from '../../../scripts/test/processes.ts'
import { root } from '../../../scripts/test/root.ts'

const testUrl = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''
const golden = fileURLToPath(new URL('golden', import.meta.url))

export const shop = fileURLToPath(new URL('shop', import.meta.url))
export const program = join(root, 'node_modules/.bin/foldlog')

/** A server that is not there, with a password that no output may have. */
export const nowhere = 'postgres://ada:Geheim17@127.0.0.1:1/nobody'

export const right = async <L, A>(task: TE.TaskEither<L, A>): Promise<A> => value(await task())

export const value = <L, A>(either: E.Either<L, A>): A => {
  if (E.isLeft(either)) throw new Error(JSON.stringify(either.left))
  return either.right
}

export const until = async (condition: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20))
}

export const streamOf = (name: string): StreamName => value(StreamName.parse(name))

/** Ids that are the same in each run: the first is 01K00000000000000000000001. */
export const idOf = (n: number): EventId => value(EventId.parse(`01K${`${n}`.padStart(23, '0')}`))

/** What differs from run to run. */
const steady = (text: string, directory: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, (time) =>
      time.startsWith('2100') ? time : '2026-11-30T12:00:00.000Z',
    )
    .replaceAll(/"history": "[^"]+"/g, '"history": "HISTORY"')
    .replaceAll(/\+\d+ ms|in \d+ ms/g, (found) => found.replace(/\d+/, '0'))
    .replaceAll(/"(duration|delay)": \d+/g, '"$1": 0')
    .replaceAll(/\b\d+\.\d s\b/g, '0.0 s')
    .replaceAll(directory, 'DIRECTORY')
    .replaceAll(shop, 'SHOP')

/** What an interactive process has written, and its end. */
export interface Running {
  readonly child: ChildProcess
  readonly out: () => string
  readonly err: () => string
  readonly ended: Promise<number | null>
}

export type CliHarness = Awaited<ReturnType<typeof makeCliHarness>>

/** Databases `names`, with the schema of foldlog, but for those that begin with `bare`; and the built command line. */
export const makeCliHarness = async (...names: ReadonlyArray<string>) => {
  expect(await runNode(root, ['scripts/build.mjs'])).toMatchObject({ code: 0 })
  const admin = connect(testUrl, { max: 1 })
  const directory = mkdtempSync(join(tmpdir(), 'foldlog-cli-'))
  const databaseOf = (name: string): string => `cli_${name}_${directory.slice(-6).toLowerCase()}`
  const urlOf = (name: string): string => Object.assign(new URL(testUrl), { pathname: `/${databaseOf(name)}` }).href
  for (const name of names) {
    await admin.unsafe(`create database ${databaseOf(name)}`)
    if (name.startsWith('bare')) continue
    const sql = connect(urlOf(name))
    await right(migrate({ sql }))
    await sql.end()
  }
  const limit = pLimit(2)
  const variables = (url: string) => ({ FOLDLOG_DATABASE_URL: url, NO_COLOR: '1' })
  const foldlog = (args: ReadonlyArray<string>, url: string, from = directory): Promise<Ended> =>
    limit(() => runProcess(from, program, [...args, '--by', 'Ada'], variables(url)))
  /** Starts it with its standard input open. `reads`: its output is read. */
  const start = (args: ReadonlyArray<string>, url: string, { reads = true } = {}): Running => {
    // Node, not the link: a signal is for the command itself.
    const child = spawn(process.execPath, [program, ...args], {
      cwd: directory,
      env: { PATH: process.env['PATH'], ...variables(url) },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let [out, err] = ['', '']
    if (reads)
      child.stdout.setEncoding('utf8').on('data', (text) => {
        out += text
      })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      err += text
    })
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    return { child, out: () => out, err: () => err, ended }
  }
  const expectGolden = (name: string, { code, out, err }: Ended): void => {
    const file = join(golden, `${name}.txt`)
    const text = steady(`exit code ${code}\n--- out\n${out}--- err\n${err}`, directory)
    expect(text).not.toContain('Geheim17')
    if (process.env['FOLDLOG_GOLDEN'] === 'write') writeFileSync(file, text)
    expect(text).toBe(readFileSync(file, 'utf8'))
  }
  const stop = async (): Promise<void> => {
    for (const name of names) await admin.unsafe(`drop database if exists ${databaseOf(name)} with (force)`)
    await admin.end()
    rmSync(directory, { recursive: true })
  }
  return { directory, urlOf, foldlog, start, expectGolden, stop }
}
