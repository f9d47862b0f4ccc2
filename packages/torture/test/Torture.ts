import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from '@jest/globals'
import type { ReportJson } from '../src/Report.ts'

const main = fileURLToPath(new URL('../dist/esm/main.js', import.meta.url))

/** A run of the built program, with a temporary directory of its own. */
export interface Torture {
  readonly child: ChildProcess
  readonly directory: string
  /** Its exit code, or the name of the signal. */
  readonly ended: Promise<number | string>
  readonly output: () => string
  /** The file of `--json`. */
  readonly json: () => ReportJson
  /** The number of appends that writers have recorded so far. */
  readonly sent: () => number
}

const running = new Set<Torture>()

afterAll(() => {
  for (const { child } of running) child.kill('SIGKILL')
})

export const torture = (...args: ReadonlyArray<string>): Torture => {
  const directory = mkdtempSync(join(tmpdir(), 'foldlog-torture-test-'))
  const file = join(directory, 'report.json')
  const child = spawn(process.execPath, [main, ...args, '--json', file], {
    env: { ...process.env, TMPDIR: directory },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk)
    })
  }
  const journals = (): ReadonlyArray<string> =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => /writers-\d+\.jsonl$/.test(name))
  const run: Torture = {
    child,
    directory,
    ended: new Promise((resolve) => {
      child.once('close', (code, signal) => {
        running.delete(run)
        resolve(code ?? signal ?? '')
      })
    }),
    output: () => output,
    // The program has written the file.
    json: () => JSON.parse(readFileSync(file, 'utf8')) as ReportJson,
    sent: () => journals().reduce((sum, name) => sum + linesOf(join(directory, name)), 0),
  }
  running.add(run)
  return run
}

const linesOf = (file: string): number => (existsSync(file) ? readFileSync(file, 'utf8').split('"sent"').length - 1 : 0)

/** Removes the directory of the run, and returns the names of the files that the run has left in it. */
export const leftovers = ({ directory }: Torture): ReadonlyArray<string> => {
  const names = readdirSync(directory).filter((name) => name.startsWith('foldlog-torture-'))
  rmSync(directory, { recursive: true, force: true })
  return names
}

/** Waits until a condition holds. The time limit of the test ends a wait that never succeeds. */
export const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20))
}
