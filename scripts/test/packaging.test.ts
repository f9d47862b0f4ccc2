import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Ended, run, runNode } from './processes.ts'
import { root } from './root.ts'
import { packages } from './sourceRules.ts'

const published = packages.filter((one) => one.private !== true)

/** Only what is read of npm's answer. */
interface Packed {
  readonly name: string
  readonly filename: string
  readonly files: ReadonlyArray<{ readonly path: string }>
}

const npm = (directory: string, ...parameters: ReadonlyArray<string>): Promise<Ended> =>
  // What npm tells the scripts it runs is about this repository, not about the project in the temporary directory.
  run(directory, 'npm', parameters, { npm_config_local_prefix: directory, INIT_CWD: directory })

const installedVersion = (name: string): string =>
  JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version

/** A compiler that lets nothing pass in our declarations either. */
const compilerOptions = {
  target: 'es2022',
  lib: ['es2023'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: false,
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
}

let directory = ''
let packed: ReadonlyArray<Packed> = []
const project = () => join(directory, 'project')

beforeAll(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'foldlog-packaging-')))
  mkdirSync(project())
  expect(await runNode(root, ['scripts/build.mjs'])).toMatchObject({ code: 0 })
  const workspaces = published.flatMap(({ name }) => ['--workspace', name])
  const pack = await npm(root, 'pack', '--json', '--pack-destination', directory, ...workspaces)
  expect(pack).toMatchObject({ code: 0 })
  const answer: ReadonlyArray<Packed> | Readonly<Record<string, Packed>> = JSON.parse(pack.out)
  packed = Object.values(answer)
  writeFileSync(join(project(), 'package.json'), JSON.stringify({ name: 'consumer', private: true }))
  const peers = ['fp-ts', 'io-ts', 'postgres'].map((name) => `${name}@${installedVersion(name)}`)
  const tarballs = packed.map(({ filename }) => join(directory, filename))
  // Optional are the Postgres servers of all platforms, 60 MB each; nothing here starts one. The cache has the rest since `npm ci`.
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--omit=optional', '--ignore-scripts']
  expect(await npm(project(), 'install', ...options, ...tarballs, ...peers)).toMatchObject({ code: 0 })
  cpSync(join(root, 'scripts/test/consumer'), project(), { recursive: true })
}, 300_000)

afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe.each(published)('$name as it is published', ({ name, directory: home }) => {
  const files = () => packed.find((one) => one.name === name)?.files.map(({ path }) => path) ?? []

  it('has what users need', () => {
    const needed = ['LICENSE', 'README.md', 'package.json', 'src/index.ts']
    const built = ['esm', 'cjs'].flatMap((format) => [`dist/${format}/index.js`, `dist/${format}/index.d.ts`])
    expect(files()).toEqual(expect.arrayContaining([...needed, ...built, 'dist/cjs/package.json']))
  })

  it('has nothing else', () => {
    expect(files().filter((file) => !/^(dist|src|sql|bin)\/|^(LICENSE|README\.md|package\.json)$/.test(file))).toEqual(
      [],
    )
    expect(files().filter((file) => /\.test|\.tsbuildinfo|(^|\/)test\/|node_modules/.test(file))).toEqual([])
  })

  it('has the sources its source maps name', () => {
    const maps = files().filter((file) => file.endsWith('.map'))
    expect(maps).not.toEqual([])
    const sources = maps.flatMap((map) => {
      const { sources }: { readonly sources: ReadonlyArray<string> } = JSON.parse(
        readFileSync(join(root, home, map), 'utf8'),
      )
      return sources.map((source) => join(map, '..', source))
    })
    expect(files()).toEqual(expect.arrayContaining(sources))
  })

  it('has the license of the repository', () => {
    expect(readFileSync(join(root, home, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'))
  })

  it('is the same from import and from require', async () => {
    const esm = `console.log(Object.keys(await import('${name}')).sort().join())`
    const cjs = `console.log(Object.keys(require('${name}')).sort().join())`
    const imported = await runNode(project(), ['--input-type=module', '--eval', esm])
    expect(imported).toMatchObject({ code: 0, err: '' })
    expect(imported.out).toMatch(/\w/)
    expect(await runNode(project(), ['--eval', cjs])).toEqual(imported)
  })

  it('comes from the tarball', () => {
    expect(realpathSync(join(project(), 'node_modules', name))).toBe(join(project(), 'node_modules', name))
  })
})

const counted = { results: ['Right', 'Left', 'Right'], refusal: 'below zero', sum: 42 }

const names = {
  core: '@foldlog/core',
  dispatcher: '@foldlog/dispatcher',
  memoryStore: '@foldlog/memory-store',
  fpTs: 'fp-ts',
  ioTs: 'io-ts',
}

const required = Object.entries(names).map(([name, from]) => `const ${name} = require('${from}')\n`)
const given = `{ ${Object.keys(names).join(', ')} }`

describe('a project of a user', () => {
  const write = (file: string, text: string) => writeFileSync(join(project(), file), text)

  it('counts from ESM', async () => {
    const imports = Object.entries(names).map(([name, from]) => `import * as ${name} from '${from}'\n`)
    write(
      'count.mjs',
      `${imports.join('')}import count from './counter.cjs'\nconsole.log(JSON.stringify(await count(${given})))\n`,
    )
    const { code, out, err } = await runNode(project(), ['count.mjs'])
    expect({ code, err, counted: JSON.parse(out || 'null') }).toEqual({ code: 0, err: '', counted })
  })

  it('counts from CommonJS', async () => {
    write(
      'count.cjs',
      `${required.join('')}require('./counter.cjs')(${given}).then((counted) => console.log(JSON.stringify(counted)))\n`,
    )
    const { code, out, err } = await runNode(project(), ['count.cjs'])
    expect({ code, err, counted: JSON.parse(out || 'null') }).toEqual({ code: 0, err: '', counted })
  })

  it('counts in a Jest test with the configuration Jest has when there is none', async () => {
    const others = published.map(({ name }) => `expect(Object.keys(require('${name}'))).not.toEqual([])\n`)
    const test = `test('count', async () => {
      ${others.join('')}
      expect(await require('./counter.cjs')(${given})).toEqual(${JSON.stringify(counted)})
    })`
    write('count.test.js', `${required.join('')}${test}\n`)
    const jest = join(root, 'node_modules/jest/bin/jest.js')
    const ran = await runNode(project(), [jest, '--rootDir', project()], { CI: 'true' })
    expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('1 passed, 1 total') })
  })

  it.each([
    ['ESM', 'use.mts', { module: 'nodenext' }],
    ['CommonJS', 'use.cts', { module: 'nodenext' }],
    ['a bundler', 'use.ts', { module: 'esnext', moduleResolution: 'bundler' }],
  ])('type-checks for %s', async (_, file, options) => {
    const uses = published.map(
      ({ name }, index) => `import * as p${index} from '${name}'\nexport const q${index} = p${index}\n`,
    )
    const wrong =
      "import { StreamName } from '@foldlog/core'\n// @ts-expect-error\nexport const name: number = StreamName.parse('a')\n"
    write(file, `${uses.join('')}${wrong}`)
    write('tsconfig.json', JSON.stringify({ compilerOptions: { ...compilerOptions, ...options }, files: [file] }))
    const ran = await runNode(project(), [join(root, 'node_modules/@typescript/native/bin/tsc'), '-p', '.'])
    expect(ran).toEqual({ code: 0, out: '', err: '' })
  })

  it('has one copy of core and of fp-ts', () => {
    for (const name of ['@foldlog/core', 'fp-ts', 'io-ts'])
      for (const { name: other } of published)
        expect(existsSync(join(project(), 'node_modules', other, 'node_modules', name))).toBe(false)
  })

  it('can print the schema of the Postgres store', async () => {
    const printed = await run(project(), join(project(), 'node_modules/.bin/foldlog-postgres'), ['print'])
    expect(printed).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/create table/i) })
  })
})
