import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll } from '@jest/globals'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const main = fileURLToPath(new URL('../../dist/esm/main.js', import.meta.url))

/** The end of a program. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

/** A program that runs, in a process group of its own. */
export interface Running {
  readonly kill: (signal: NodeJS.Signals) => void
  readonly ended: Promise<Ended>
  /** Its output so far. */
  readonly out: () => string
  readonly hasEnded: () => boolean
  /** Closes the pipe of its output, as a reader does that stops early. */
  readonly closeOutput: () => void
}

/** Its working directory, and additional environment variables. */
export interface Where {
  readonly directory?: string
  readonly variables?: Readonly<Record<string, string>>
}

const alive = new Set<Running>()
const directories: Array<string> = []

afterAll(() => {
  for (const one of alive) one.kill('SIGKILL')
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
})

/** A directory of the suite's own. */
export const makeDirectory = (): string => {
  const directory = mkdtempSync(join(realpathSync(tmpdir()), 'foldlog bank-'))
  directories.push(directory)
  return directory
}

/** A file of the suite's own. */
export const fileOf = (text: string | Uint8Array, name = 'rows.csv'): string => {
  const file = join(makeDirectory(), name)
  writeFileSync(file, text)
  return file
}

// The settings of Jest, npm and the user for this process are not meant for the bank.
const { NODE_OPTIONS: _o, NODE_ENV: _e, FOLDLOG_DATABASE_URL: _u, INIT_CWD: _c, ...others } = process.env
const inherited = Object.fromEntries(Object.entries(others).filter(([name]) => !name.startsWith('npm_')))

/** Starts a program, without standard input. */
export const spawned = (
  program: string,
  parameters: ReadonlyArray<string>,
  { directory = root, variables = {} }: Where = {},
): Running => {
  const child = spawn(program, parameters, {
    cwd: directory,
    env: { ...inherited, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    err += text
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      alive.delete(running)
      resolve({ code, signal, out, err })
    })
  })
  const running: Running = {
    kill: (signal) => void child.kill(signal),
    ended,
    out: () => out,
    closeOutput: () => child.stdout.destroy(),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
  }
  alive.add(running)
  return running
}

beforeAll(async () => {
  const { code, out, err } = await spawned(process.execPath, ['scripts/build.mjs']).ended
  if (code !== 0) throw new Error(`the bank cannot be built: ${out}${err}`)
}, 300_000)

/** Starts the bank. */
export const bank = (parameters: ReadonlyArray<string>, where?: Where): Running =>
  spawned(process.execPath, [main, ...parameters], where)

/** Runs the bank to its end. */
export const runBank = (parameters: ReadonlyArray<string>, where?: Where): Promise<Ended> =>
  bank(parameters, where).ended

/** Runs it through `npm start`. */
export const npmStart = (parameters: ReadonlyArray<string>, where?: Where): Promise<Ended> =>
  spawned('npm', ['--prefix', root, 'start', '--', ...parameters], where).ended

/** The last line of an output. */
export const lastLine = ({ out }: Pick<Ended, 'out'>): string => out.trimEnd().split('\n').at(-1) ?? ''

/** The bundled sample. */
export const sampleFile = fileURLToPath(new URL('../../sample/transactions.csv', import.meta.url))

export const readText = (file: string): string => readFileSync(file, 'utf8')

/** Waits until a condition holds. The time limit of the test ends a wait that never succeeds. */
export const until = async (condition: () => boolean | Promise<boolean>, pause = 2): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, pause))
}
