// The packages as they would be published: `npm run release -- --dry-run` accepts them, and the tarballs have the right
// content.
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Packed, packedIn } from './packed.ts'
import { type Ended, runNode } from './processes.ts'
import { root } from './root.ts'
import { entriesOf, published } from './sourceRules.ts'

let directory = ''
let ended: Ended = { code: null, out: '', err: '' }
let packed: ReadonlyArray<Packed> = []
let registry: Server
const asked: Array<string> = []

beforeAll(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'foldlog-packaging-')))
  registry = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.writeHead(503).end()
  })
  await new Promise<void>((listening) => registry.listen(0, '127.0.0.1', () => listening()))
  const address = registry.address()
  const port = typeof address === 'object' ? address?.port : undefined
  ended = await runNode(root, ['scripts/release.mjs', '--dry-run', '--into', directory], {
    npm_config_registry: `http://127.0.0.1:${port}/`,
  })
  packed = packedIn(directory)
}, 300_000)

afterAll(async () => {
  await new Promise((closed) => registry.close(closed))
  rmSync(directory, { recursive: true, force: true })
})

describe('npm run release -- --dry-run', () => {
  it('finds no fault', () => {
    expect(ended).toMatchObject({ code: 0, err: '' })
    expect(ended.out).not.toContain('wrong:')
    expect(ended.out).toContain('nothing was published')
  })

  it('names every public package', () => {
    expect(packed.map(({ name }) => name).sort()).toEqual(published.map(({ name }) => name).sort())
    for (const { name } of published) expect(ended.out).toContain(`${name}@`)
  })

  it('sends no request to the registry', () => {
    expect(asked).toEqual([])
  })
})

describe.each(published)('$name as it is published', (one) => {
  const { name, directory: home } = one
  const files = () => packed.find((one) => one.name === name)?.files.map(({ path }) => path) ?? []

  it('has all files that users need', () => {
    const sources = entriesOf(one).map(({ source }) => source)
    const needed = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', ...sources]
    const built = sources.flatMap((source) => {
      const stem = source.replace('src/', '').replace(/\.ts$/, '')
      return ['esm', 'cjs'].flatMap((format) => [`dist/${format}/${stem}.js`, `dist/${format}/${stem}.d.ts`])
    })
    expect(sources).toContain('src/index.ts')
    expect(files()).toEqual(expect.arrayContaining([...needed, ...built, 'dist/cjs/package.json']))
  })

  // Resolvers that know no `exports` follow a folder of that name.
  const folders = entriesOf(one).flatMap((entry) =>
    entry.name === name ? [] : [`${entry.name.slice(name.length + 1)}/package.json`],
  )

  it('has a folder for each of its other entries', () => {
    expect(files()).toEqual(expect.arrayContaining([...folders]))
  })

  it('has no other files', () => {
    const wanted = /^(dist|src|sql|bin)\/|^(CHANGELOG\.md|LICENSE|README\.md|package\.json)$/
    expect(files().filter((file) => !wanted.test(file) && !folders.includes(file))).toEqual([])
    expect(files().filter((file) => /\.test|\.tsbuildinfo|(^|\/)test\/|node_modules/.test(file))).toEqual([])
  })

  it('has the sources that its source maps name', () => {
    const maps = files().filter((file) => file.endsWith('.map'))
    expect(maps).not.toEqual([])
    const sources = maps.flatMap((map) => {
      const { sources }: { readonly sources: ReadonlyArray<string> } = JSON.parse(
        readFileSync(join(root, home, map), 'utf8'),
      )
      return sources.map((source) => join(map, '..', source))
    })
    // A set, for there are a thousand of them.
    const here = new Set(files())
    expect(sources.filter((source) => !here.has(source))).toEqual([])
  })

  it('has the license of the repository', () => {
    expect(readFileSync(join(root, home, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'))
  })
})
