import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { runNode } from './processes.ts'
import { root } from './root.ts'

beforeAll(async () => {
  expect(await runNode(root, ['scripts/build.mjs'])).toMatchObject({ code: 0 })
}, 300_000)

describe('sizes of the packages', () => {
  it('are within their limits, and unused packages vanish', async () => {
    expect(await runNode(root, ['scripts/sizes.mjs'])).toMatchObject({ code: 0, err: '' })
  })

  it('have limits that keep the promise of core', () => {
    const limits = JSON.parse(readFileSync(join(root, 'scripts/sizes.json'), 'utf8'))
    // Unique values and their keyed hashes are 2 kB of it.
    expect(limits['@foldlog/core'].withoutFpTs).toBeLessThanOrEqual(23_000)
  })
})

describe('a core that has grown', () => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'foldlog-sizes-')))
  const core = join(directory, 'node_modules/@foldlog/core')
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  /** The result of the check for the core in that directory. */
  const weigh = async (): Promise<ReadonlyArray<string>> => {
    const from = (name: string) => pathToFileURL(join(root, 'scripts/release', name)).href
    const script = `
      import { complaints } from '${from('limits.mjs')}'
      import { measure, measureUnused } from '${from('measure.mjs')}'
      const { ['@foldlog/core']: limits } = ${readFileSync(join(root, 'scripts/sizes.json'), 'utf8')}
      const [sizes, unused] = [await measure('@foldlog/core', process.cwd()), await measureUnused('@foldlog/core', process.cwd())]
      console.log(JSON.stringify(complaints('@foldlog/core', limits, sizes, unused)))`
    const { out, err } = await runNode(directory, ['--input-type=module', '--eval', script])
    expect(err).toBe('')
    return JSON.parse(out)
  }

  it('is reported, and so is one with effects at load time', async () => {
    mkdirSync(core, { recursive: true })
    for (const part of ['dist', 'package.json'])
      cpSync(join(root, 'packages/core', part), join(core, part), { recursive: true })
    for (const other of ['fp-ts', 'io-ts', 'ulid'])
      symlinkSync(join(root, 'node_modules', other), join(directory, 'node_modules', other))
    expect(await weigh()).toEqual([])

    // Numbers that gzip can do little about.
    const numbers = Array.from({ length: 4_000 }, (_, i) =>
      Math.sin(i + 1)
        .toString(36)
        .slice(2, 8),
    ).join('')
    appendFileSync(
      join(core, 'dist/esm/index.js'),
      `\nexport const numbers = '${numbers}'\nglobalThis.loaded = numbers\n`,
    )
    // Bundlers keep what a package does when it is loaded, unless its manifest says that it does nothing.
    const manifest = join(core, 'package.json')
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"sideEffects": false,', ''))
    const reported = (await weigh()).map((one) => one.replace(/ \d{5,} bytes/, ' N bytes'))
    expect(reported).toEqual([
      expect.stringMatching(/`own` has N bytes, \d+ are allowed/),
      expect.stringMatching(/`withoutFpTs` has N bytes, \d+ are allowed/),
      expect.stringMatching(/`all` has N bytes, \d+ are allowed/),
      expect.stringMatching(/N bytes are left of it when nothing of it is used/),
    ])
  }, 120_000)
})
