import { join } from 'node:path'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { runNode } from './processes.ts'
import { root } from './root.ts'

beforeAll(async () => {
  expect(await runNode(root, ['scripts/build.mjs'])).toMatchObject({ code: 0 })
}, 300_000)

/** The names of the tests that failed, and how Node's own runner ended. */
const runSuite = async (file: string, environment: Readonly<Record<string, string>> = {}) => {
  const suite = join(root, 'scripts/test/runners', file)
  const { code, out } = await runNode(root, ['--test', '--test-reporter=tap', suite], environment)
  const failed = [...out.matchAll(/^\s*not ok \d+ - (.*)$/gm)].map(([, name]) => name)
  return { code, failed, out }
}

/** Jest runs all other tests of the package; it needs nothing of a runner but that a thrown error is a failed test. */
describe('@foldlog/testing under node:test', () => {
  it.each(['suite.mjs', 'suite.cjs'])('passes correct code: %s', async (file) => {
    expect(await runSuite(file)).toMatchObject({ code: 0, failed: [] })
  })

  it('fails faulty code, with the reason', async () => {
    const { code, failed, out } = await runSuite('suite.mjs', { RUNNERS_FAIL: '1' })
    expect(code).toBe(1)
    expect(failed).toEqual(expect.arrayContaining(['stops at ten', 'keeps the rules']))
    expect(failed).not.toContain('counts')
    expect(out).toContain('at most ten: does not hold')
    expect(out).toContain('expected error, got events')
  })

  it('fails faulty code that is loaded by require', async () => {
    const { code, failed, out } = await runSuite('suite.cjs', { RUNNERS_FAIL: '1' })
    expect(code).toBe(1)
    expect(failed).toContain('is stored')
    expect(out).toContain('undefined has no JSON form')
  })
})
