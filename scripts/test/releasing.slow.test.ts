// A release is refused when a package is faulty, and versions and changelogs are made as CONTRIBUTING says.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { npm } from './npm.ts'
import { run, runNode } from './processes.ts'
import { root } from './root.ts'
import { entriesOf, packages, published } from './sourceRules.ts'

let directory = ''
const at = (...parts: ReadonlyArray<string>) => join(directory, ...parts)
const read = (file: string) => readFileSync(file, 'utf8')

beforeAll(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'foldlog-releasing-')))
})

afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('a faulty package', () => {
  /** The faults of a core whose files and manifest were changed. */
  const wrongWith = async (name: string, spoil: (home: string, manifest: string) => string) => {
    const core = published.filter((one) => one.name === '@foldlog/core').flatMap(entriesOf)
    // Each entry but the first has a folder of its name.
    const folders = core.slice(1).map((entry) => entry.name.replace('@foldlog/core/', ''))
    for (const part of ['dist', 'README.md', 'LICENSE', ...folders])
      cpSync(join(root, 'packages/core', part), at(name, part), { recursive: true })
    writeFileSync(at(name, 'package.json'), spoil(at(name), read(join(root, 'packages/core/package.json'))))
    const packed = await npm(at(name), 'pack', '--ignore-scripts')
    expect(packed).toMatchObject({ code: 0 })
    const script = `
      import { readFileSync } from 'node:fs'
      import { findWrong } from '${pathToFileURL(join(root, 'scripts/release/findWrong.mjs'))}'
      console.log(JSON.stringify(await findWrong('@foldlog/core', readFileSync('${packed.out.trim()}'))))`
    const { out, err } = await runNode(at(name), ['--input-type=module', '--eval', script])
    expect(err).toBe('')
    return JSON.parse(out)
  }

  it('is refused: missing files, types of the other module system', async () => {
    const wrong = await wrongWith('wrong', (_, manifest) =>
      manifest
        .replace('"main": "./dist/cjs/index.js"', '"main": "./dist/cjs/gone.js"')
        .replace('./dist/esm/index.d.ts', './dist/cjs/index.d.ts'),
    )
    expect(wrong).toContainEqual(expect.stringMatching(/^publint: pkg\.main .*does not exist/))
    expect(wrong).toContainEqual(expect.stringMatching(/^attw: FalseCJS .*dist\/cjs\/index\.d\.ts/))
  }, 300_000)

  it('is refused: no types for `require`', async () => {
    const wrong = await wrongWith('untyped', (home, manifest) => {
      rmSync(join(home, 'dist/cjs/index.d.ts'))
      return manifest.replaceAll(/\s*"types": ".\/dist\/cjs\/index.d.ts",/g, '')
    })
    expect(wrong).toContainEqual(expect.stringMatching(/^attw: UntypedResolution .*node16-cjs/))
  }, 300_000)

  it('is not refused without a fault', async () => {
    expect(await wrongWith('right', (_, manifest) => manifest)).toEqual([])
  }, 300_000)
})

describe('npm run bump', () => {
  const current: string = JSON.parse(read(join(root, 'packages/core/package.json'))).version
  const [major = 0, minor = 0] = current.split('.').map(Number)
  const next = `${major}.${minor + 1}.0`

  beforeAll(async () => {
    mkdirSync(at('bump/packages'), { recursive: true })
    cpSync(join(root, '.changeset'), at('bump/.changeset'), { recursive: true })
    cpSync(join(root, 'package.json'), at('bump/package.json'))
    for (const { directory: home } of packages) {
      for (const name of ['package.json', 'CHANGELOG.md'].filter((one) => readdirSync(join(root, home)).includes(one)))
        cpSync(join(root, home, name), at('bump', home, name), { recursive: true })
    }
    for (const name of readdirSync(at('bump/.changeset')).filter((one) => one.endsWith('.md')))
      rmSync(at('bump/.changeset', name))
    writeFileSync(at('bump/.changeset/a.md'), "---\n'@foldlog/core': minor\n---\n\nStreams may be yellow.\n")
    const changeset = join(root, 'node_modules/@changesets/cli/bin.js')
    expect(await run(at('bump'), 'git', ['init', '--quiet', '--initial-branch=main'])).toMatchObject({ code: 0 })
    expect(await runNode(at('bump'), [changeset, 'version'])).toMatchObject({ code: 0 })
  }, 300_000)

  it('sets one version for all packages and their dependencies on each other', () => {
    for (const { directory: home, name } of packages) {
      const { version, dependencies = {} } = JSON.parse(read(at('bump', home, 'package.json')))
      const ours = Object.entries(dependencies).filter(([other]) => other.startsWith('@foldlog/'))
      expect({ name, version, ours }).toEqual({ name, version: next, ours: ours.map(([other]) => [other, `^${next}`]) })
    }
  })

  it.each(published)('extends the changelog of $name', (one) => {
    const changelog = read(at('bump', one.directory, 'CHANGELOG.md'))
    expect(changelog.startsWith(`# ${one.name}\n\n## ${next}\n`)).toBe(true)
    expect(changelog).toContain(`\n## ${current}\n`)
    expect(changelog.includes('Streams may be yellow.')).toBe(one.name === '@foldlog/core')
  })
})

describe('the address of a package', () => {
  const toldBy = async (env: Readonly<Record<string, string>>) => {
    const script = `
      import { addressed } from '${pathToFileURL(join(root, 'scripts/release/address.mjs'))}'
      console.log(JSON.stringify(addressed({ name: '@foldlog/core' }, 'packages/core', ${JSON.stringify(env)})))`
    const { out, err } = await runNode(root, ['--input-type=module', '--eval', script])
    expect(err).toBe('')
    return JSON.parse(out)
  }

  it('is that of its repository', async () => {
    expect(await toldBy({ GITHUB_SERVER_URL: 'https://git.example', GITHUB_REPOSITORY: 'some/foldlog' })).toEqual({
      name: '@foldlog/core',
      homepage: 'https://git.example/some/foldlog/tree/main/packages/core#readme',
      bugs: 'https://git.example/some/foldlog/issues',
      repository: { type: 'git', url: 'git+https://git.example/some/foldlog.git', directory: 'packages/core' },
    })
  })

  it('is absent where it is unknown', async () => {
    expect(await toldBy({})).toEqual({ name: '@foldlog/core' })
    for (const { directory: home } of published)
      expect(Object.keys(JSON.parse(read(join(root, home, 'package.json'))))).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(repository|homepage|bugs)$/)]),
      )
  })

  it.each(published)('comes with the keywords of $name', ({ directory: home }) => {
    const { keywords, description } = JSON.parse(read(join(root, home, 'package.json')))
    expect(keywords.length).toBeGreaterThan(2)
    expect(description).toMatch(/^[A-Z].*\.$/)
    expect(read(join(root, home, 'README.md'))).toMatch(/^npm install .*@foldlog\//m)
  })
})

describe('the release workflow', () => {
  const workflow = () => read(join(root, '.github/workflows/release.yml'))

  it('signs the provenance of packages, after all tests', () => {
    expect(workflow()).toMatch(/id-token: write/)
    expect(workflow()).toMatch(/NPM_CONFIG_PROVENANCE: true/)
    expect(workflow()).toMatch(/publish: npm run release/)
    expect(workflow()).toMatch(/needs: test/)
  })
})
