import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll } from '@jest/globals'
import { until } from '../fixtures.ts'

const main = fileURLToPath(new URL('../../dist/esm/main.js', import.meta.url))
const root = fileURLToPath(new URL('../../../..', import.meta.url))

/** A shop in a process of its own. */
export interface Worker {
  readonly url: string
  readonly kill: (signal: NodeJS.Signals) => Promise<{ readonly code: number | null; readonly signal: string | null }>
}

const alive = new Set<() => void>()
afterAll(() => {
  for (const kill of alive) kill()
})

/** Runs a program to its end. Throws its output when it fails. */
export const build = (): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)))
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`the shop cannot be built: ${output}`))))
  })

/** Starts a shop on a database, and waits until it is open. */
export const startWorker = async (database: string, port = 0): Promise<Worker> => {
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, NODE_OPTIONS: '', FOLDLOG_DATABASE_URL: database, PORT: `${port}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const ended = new Promise<Awaited<ReturnType<Worker['kill']>>>((resolve) => {
    child.once('close', (code, signal) => {
      alive.delete(end)
      resolve({ code, signal })
    })
  })
  const end = () => void child.kill('SIGKILL')
  alive.add(end)
  const url = () => /is open at (http:\S+),/.exec(output)?.[1]
  await until(() => {
    if (child.exitCode !== null) throw new Error(`the shop has ended: ${output}`)
    return url() !== undefined
  })
  return {
    url: url() ?? '',
    kill: (signal) => {
      child.kill(signal)
      return ended
    },
  }
}
