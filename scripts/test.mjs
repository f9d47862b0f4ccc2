// Runs a tier of the tests: `node scripts/test.mjs quick|slow|all [what Jest takes]`. Several tiers run one after
// another, and one line sums up what they counted. A script, because the tier goes to jest.config.js by the
// environment: `--testPathIgnorePatterns` takes every word behind it, so that `npm test -- PATH` would not work, and
// Windows has no `NAME=value program`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { summaryOf } from './jest/summary.mjs'
import { tiers } from './jest/tiers.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const isTier = (word) => Object.hasOwn(tiers, word)

const given = process.argv.slice(2)
const firstOther = given.findIndex((word) => !isTier(word))
const chosen = firstOther === -1 ? given : given.slice(0, firstOther)
const parameters = given.slice(chosen.length)
if (chosen.length === 0) {
  console.error(`usage: node scripts/test.mjs ${Object.keys(tiers).join('|')} ... [what Jest takes]`)
  process.exit(2)
}

/** The exit code of a run of Jest, and what its summary counted. A run without a summary counts as one failure. */
const runTier = (tier, directory) => {
  const file = join(directory, tier)
  const { status } = spawnSync(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(root, 'node_modules/jest/bin/jest.js'),
      ...parameters,
    ],
    { cwd: root, stdio: 'inherit', env: { ...process.env, FOLDLOG_TESTS: tier, FOLDLOG_TEST_COUNTS: file } },
  )
  try {
    return { status, counts: JSON.parse(readFileSync(file, 'utf8')) }
  } catch {
    return { status, counts: { passed: 0, failed: status === 0 ? 0 : 1, skipped: 0 } }
  }
}

const directory = mkdtempSync(join(tmpdir(), 'foldlog-tests-'))
const runs = chosen.map((tier) => runTier(tier, directory))
rmSync(directory, { recursive: true, force: true })

// `--listTests` counts nothing.
const hasCounted = runs.some(({ counts }) => counts.passed + counts.failed + counts.skipped > 0)
const sum = (count) => runs.reduce((total, { counts }) => total + counts[count], 0)
if (runs.length > 1 && hasCounted)
  process.stdout.write(
    `\n${chosen.join(' and ')} together:\n${summaryOf({ passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') })}`,
  )
process.exit(runs.some(({ status }) => status !== 0) ? 1 : 0)
