// Jest globalSetup: one Postgres for all suites of a run, whose url the workers find in FOLDLOG_TEST_DATABASE_URL. Each
// suite creates a database or schema of its own in it; a suite that kills the server starts one of its own with
// EmbeddedPostgres.temporary.
import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const home = new URL('../../packages/postgres-embedded/', import.meta.url)

const newest = (directory) =>
  Math.max(
    0,
    ...readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(`${entry.parentPath ?? entry.path}/${entry.name}`).mtimeMs),
  )

/**
 * Node 20 runs no TypeScript, so this needs the built package; `npm test` has built it, a bare `jest` after an edit has
 * not.
 */
const buildIfStale = () => {
  const entry = statSync(new URL('dist/esm.tsbuildinfo', home), { throwIfNoEntry: false })
  if (entry !== undefined && entry.mtimeMs >= newest(fileURLToPath(new URL('src', home)))) return
  execFileSync(`${root}/node_modules/.bin/tsc`, ['-b', 'packages/postgres-embedded'], { cwd: root, stdio: 'inherit' })
}

export default async () => {
  // Also needed by suites that start programs of their own.
  buildIfStale()
  const given = process.env.FOLDLOG_DATABASE_URL
  if (given !== undefined && given !== '') {
    process.env.FOLDLOG_TEST_DATABASE_URL = given
    return
  }
  const { EmbeddedPostgres } = await import('../../packages/postgres-embedded/dist/esm/index.js')
  const started = await EmbeddedPostgres.temporary({
    durable: false,
    postgresFlags: ['-c', 'max_connections=200'],
  })()
  if (started._tag === 'Left') throw new Error(started.left.message)
  process.env.FOLDLOG_TEST_DATABASE_URL = started.right.url
  // Setup and teardown run in one process, as separate modules.
  globalThis[Symbol.for('foldlog.test-postgres')] = started.right
}
