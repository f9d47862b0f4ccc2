import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, relative } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { type Ended, run, runNode } from './processes.ts'
import { root } from './root.ts'

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'foldlog-tiers-')))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** What CI sets for its own run must not reach the planted ones. */
const unset = { FOLDLOG_NO_SKIP: '', FOLDLOG_MAY_SKIP: '', FOLDLOG_TESTS: '', FOLDLOG_TEST_COUNTS: '' }

const script = join(root, 'scripts/test.mjs')
const runTiers = (parameters: ReadonlyArray<string>, environment: Readonly<Record<string, string>> = {}) =>
  runNode(root, [script, ...parameters], { ...unset, ...environment })

const inOrder = (files: Iterable<string>): ReadonlyArray<string> => [...new Set(files)].sort()

const listed = async (...parameters: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const { code, out, err } = await runTiers([...parameters, '--listTests'])
  if (code !== 0) throw new Error(err)
  return inOrder(
    out
      .split('\n')
      // Jest warns here of packages that other suites install meanwhile.
      .filter((line) => line.startsWith(root))
      .map((file) => relative(root, file)),
  )
}

/** Every suite below `directory`, found without Jest. */
const suitesIn = (directory: string): ReadonlyArray<string> =>
  readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = `${directory}/${entry.name}`
    if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : suitesIn(path)
    return entry.name.endsWith('.test.ts') ? [path] : []
  })

describe('the tiers', () => {
  it('share no suite, and together have every suite of the repository', async () => {
    const [quick, slow, all] = await Promise.all([listed('quick'), listed('slow'), listed('all')])
    expect(quick.filter((file) => slow.includes(file))).toEqual([])
    expect(inOrder([...quick, ...slow])).toEqual(all)
    expect(all).toEqual(inOrder([...suitesIn('packages'), ...suitesIn('scripts')]))
    expect(slow).toEqual(all.filter((file) => file.endsWith('.slow.test.ts')))
    // Neither of them may become empty by a mistake in a pattern.
    expect(quick.length).toBeGreaterThan(100)
    expect(slow.length).toBeGreaterThan(10)
  })

  it('have the laws of every store in the quick one', async () => {
    const laws = ['storeLaws', 'handlerStoreLaws', 'subscriptionLaws']
    const stores = ['memory-store', 'postgres-store']
    expect(await listed('quick')).toEqual(
      expect.arrayContaining(stores.flatMap((store) => laws.map((law) => `packages/${store}/test/${law}.test.ts`))),
    )
  })

  it('take paths, as Jest does', async () => {
    expect(await listed('quick', 'core/test/Decider')).toEqual(['packages/core/test/Decider.test.ts'])
    const jest = join(root, 'node_modules/jest/bin/jest.js')
    const { out } = await runNode(root, [jest, '--listTests', 'torture/test/torture'], unset)
    expect(relative(root, out.trim())).toBe('packages/torture/test/torture.slow.test.ts')
  })

  it('ask for a tier when they are given none', async () => {
    expect(await runTiers(['core'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^usage: .*quick\|slow\|all/),
    })
  })
})

describe('a run', () => {
  /** A project with one suite, and the reporter of this repository. */
  const project = (name: string, suite: string): string => {
    const home = mkdtempSync(join(directory, name))
    writeFileSync(join(home, 'planted.test.js'), suite)
    const config = { rootDir: home, reporters: [join(root, 'scripts/jest/summary.mjs')] }
    writeFileSync(join(home, 'jest.config.json'), JSON.stringify(config))
    return join(home, 'jest.config.json')
  }
  const passing = "test('passes', () => {})\n"
  const skipping = `${passing}describe('a group', () => { test.skip('is skipped', () => {}) })\ntest.todo('is to be written')\n`
  const lastLine = ({ out }: Ended) => out.trimEnd().split('\n').at(-1)

  const planted = (suite: string, environment: Readonly<Record<string, string>>, ...names: ReadonlyArray<string>) =>
    runTiers([...(names.length === 0 ? ['all'] : names), '--config', project('run', suite)], environment)

  it('says how many tests were skipped', async () => {
    const ended = await planted(skipping, {})
    expect({ ...ended, last: lastLine(ended) }).toMatchObject({
      code: 0,
      last: 'Tests: 1 passed, 0 failed, 2 skipped',
    })
  })

  it('fails in CI when a test is skipped, and says which', async () => {
    const ended = await planted(skipping, { FOLDLOG_NO_SKIP: '1' })
    expect({ ...ended, last: lastLine(ended) }).toMatchObject({ code: 1, last: 'Tests: 1 passed, 2 failed' })
    expect(ended.err).toContain('skipped, which is a failure: a group is skipped')
    expect(ended.err).toContain('skipped, which is a failure: is to be written')
  })

  it('fails in CI when a whole suite is skipped', async () => {
    const ended = await planted("describe.skip('a group', () => { test('runs', () => {}) })\n", {
      FOLDLOG_NO_SKIP: '1',
    })
    expect({ ...ended, last: lastLine(ended) }).toMatchObject({ code: 1, last: 'Tests: 0 passed, 1 failed' })
    expect(ended.err).toContain('skipped, which is a failure: a group runs')
  })

  it('passes in CI when nothing is skipped', async () => {
    const ended = await planted(passing, { FOLDLOG_NO_SKIP: '1' })
    expect({ ...ended, last: lastLine(ended) }).toMatchObject({ code: 0, last: 'Tests: 1 passed, 0 failed' })
  })

  it('passes in CI when the machine cannot run what is skipped, and prints the reason', async () => {
    const environment = {
      FOLDLOG_NO_SKIP: '1',
      FOLDLOG_MAY_SKIP: 'other.test.js\tnot this\nplanted.test.js\tno such disk',
    }
    const ended = await planted(skipping, environment)
    expect({ ...ended, last: lastLine(ended) }).toMatchObject({
      code: 0,
      last: 'Tests: 1 passed, 0 failed, 2 skipped',
    })
    expect(ended.err).toContain('skipped, as it may be: a group is skipped (no such disk)')
  })

  it('needs a reason for what the machine cannot run, and the whole name of the suite', async () => {
    for (const may of ['planted.test.js', 'nted.test.js\ta reason'])
      expect(await planted(skipping, { FOLDLOG_NO_SKIP: '1', FOLDLOG_MAY_SKIP: may })).toMatchObject({ code: 1 })
  })

  it('of two tiers ends with the sum of both', async () => {
    const ended = await planted(`${passing}test.skip('is skipped', () => {})\n`, {}, 'quick', 'slow')
    expect({ ...ended, last: lastLine(ended) }).toMatchObject({
      code: 0,
      last: 'Tests: 2 passed, 0 failed, 2 skipped',
    })
  })

  it('of two tiers fails when one of them fails', async () => {
    const suite = `${passing}test('is quick', () => expect(process.env.FOLDLOG_TESTS).toBe('quick'))\n`
    const ended = await planted(suite, {}, 'quick', 'slow')
    expect({ ...ended, last: lastLine(ended) }).toMatchObject({ code: 1, last: 'Tests: 3 passed, 1 failed' })
  })
})

describe('CI', () => {
  const installs = readFileSync(join(root, '.ci/install-optional'), 'utf8')

  it('lets only suites be skipped that are there', () => {
    const named = [...installs.matchAll(/may_skip (\S+\.test\.ts) ['"]/g)].map(([, path = '']) => path)
    expect(named.length).toBe([...installs.matchAll(/may_skip [^(]/g)].length)
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
    expect(named.length).toBeGreaterThan(3)
  })

  it('goes on without what cannot be installed, and names the reason', async () => {
    const tools = mkdtempSync(join(directory, 'path'))
    for (const tool of ['bash', 'dirname', 'env', 'id', 'mktemp', 'rm', 'rmdir', 'tail', 'uname', 'node']) {
      const found = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, tool))
      const [first] = found.filter(existsSync)
      if (first !== undefined) symlinkSync(first, join(tools, tool))
    }
    const plant = (name: string, text: string) =>
      writeFileSync(join(tools, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    plant('apt-get', 'echo "no mirror answers" >&2; exit 100')
    plant('apt-cache', 'echo "  Candidate: 1.0"')
    // They are called as `sudo -n COMMAND` and `timeout SECONDS COMMAND`.
    for (const name of ['sudo', 'timeout']) plant(name, 'shift; exec "$@"')
    const ended = await run(root, 'bash', ['.ci/install-optional'], { PATH: tools, FOLDLOG_CHROMIUM: '' })
    expect(ended).toMatchObject({
      code: 0,
      out: expect.stringContaining('site.slow.test.ts\tthe package chromium could not be installed\n'),
      err: expect.stringContaining('no mirror answers'),
    })
  })

  it('has scripts that a shell can read', async () => {
    for (const file of ['.ci/run', '.ci/install-optional'])
      expect(await run(root, 'bash', ['-n', file])).toEqual({ code: 0, out: '', err: '' })
  })
})
