import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createDatabase } from './Examples.ts'
import { type CodeBlock, codeBlocks } from './markdown.ts'
import { run, runNode } from './processes.ts'
import { root } from './root.ts'
import { packages } from './sourceRules.ts'

const document = 'docs/get-started.md'
const blocks = codeBlocks(readFileSync(join(root, document), 'utf8'))

const fileOf = ({ words }: CodeBlock): string | undefined =>
  words.find((word) => word.startsWith('file='))?.slice('file='.length)

/**
 * The commands that the reader types and this test follows: not those marked `yours`, such as the name of the reader's
 * database.
 */
const isTyped = ({ language, words }: CodeBlock): boolean => language === 'sh' && !words.includes('yours')

let directory = ''
let project = ''
let database: Awaited<ReturnType<typeof createDatabase>>
let tarballs: ReadonlyMap<string, string> = new Map()

beforeAll(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'foldlog-started-')))
  database = await createDatabase()
  expect(await runNode(root, ['scripts/build.mjs'])).toMatchObject({ code: 0 })
  const published = packages.filter((one) => one.private !== true).map(({ name }) => name)
  const named = published.filter((name) => blocks.some(({ lines }) => lines.some((line) => line.includes(name))))
  const workspaces = named.flatMap((name) => ['--workspace', name])
  const local = { npm_config_local_prefix: root, INIT_CWD: root }
  const pack = await run(root, 'npm', ['pack', '--json', '--pack-destination', directory, ...workspaces], local)
  expect(pack).toMatchObject({ code: 0 })
  // Only what is read of npm's answer.
  const answer: Readonly<Record<string, { readonly name: string; readonly filename: string }>> = JSON.parse(pack.out)
  tarballs = new Map(Object.values(answer).map(({ name, filename }) => [name, join(directory, filename)]))
  // `npm init` takes the name from the folder of the page, so the page begins one above.
  project = join(directory, 'somewhere')
  mkdirSync(project)
}, 300_000)

afterAll(async () => {
  await database?.drop()
  rmSync(directory, { recursive: true, force: true })
})

/** A package that is not published yet comes from its tarball, everything else from npm, the cache first. */
const installed = (line: string): string =>
  /^npm install /.test(line)
    ? line
        .replace(/@foldlog\/[\w-]+/g, (name) => tarballs.get(name) ?? name)
        .replace(/^npm install/, 'npm install --prefer-offline --no-audit --no-fund')
    : line

/** Types the lines of a block into a shell, which stays where they leave it. */
const type = async ({ lines }: CodeBlock) => {
  const script = ['set -e', ...lines.map(installed), `pwd > '${join(directory, 'place')}'`].join('\n')
  const environment = { FOLDLOG_DATABASE_URL: database.url, npm_config_local_prefix: '', INIT_CWD: '' }
  const { npm_config_local_prefix: _, INIT_CWD: __, ...given } = environment
  const ended = await run(
    project,
    'env',
    ['-u', 'npm_config_local_prefix', '-u', 'INIT_CWD', 'bash', '-c', script],
    given,
  )
  if (existsSync(join(directory, 'place'))) project = readFileSync(join(directory, 'place'), 'utf8').trim()
  return ended
}

describe('get started, word by word', () => {
  for (const [index, block] of blocks.entries()) {
    const file = fileOf(block)
    if (file !== undefined)
      it(`${document}:${block.line} is ${file}`, () => {
        writeFileSync(join(project, file), `${block.lines.join('\n')}\n`)
      })
    const next = blocks[index + 1]
    if (isTyped(block))
      it(`${document}:${block.line} ${block.lines.join('; ')}`, async () => {
        const { code, out, err } = await type(block)
        expect({ code, out, err }).toMatchObject({ code: 0 })
        if (next?.language === 'text') expect(out.trim()).toBe(next.lines.join('\n').trim())
      }, 300_000)
  }

  it('names every file above its block', () => {
    const lines = readFileSync(join(root, document), 'utf8').split('\n')
    // The line of the block is that of its first line of code: the fence, a blank line and the name stand above.
    const unnamed = blocks.filter(
      (block) => fileOf(block) !== undefined && lines[block.line - 4] !== `\`${fileOf(block)}\``,
    )
    expect(unnamed).toEqual([])
  })

  it('has types where they matter', () => {
    const typed = blocks.filter(isTyped).flatMap(({ lines }) => lines)
    expect(typed).toEqual(
      expect.arrayContaining(['npx tsx --test seat.test.ts', 'npx tsx main.ts', 'npx tsx on-postgres.ts']),
    )
    expect(existsSync(join(project, 'node_modules/@foldlog/postgres-store/package.json'))).toBe(true)
  })

  it('a failing test of the reader is detected', async () => {
    const test = join(project, 'seat.test.ts')
    writeFileSync(test, readFileSync(test, 'utf8').replace("_tag: 'Taken', by: 'Ada'", "_tag: 'Taken', by: 'Eve'"))
    const lines = ['npx tsx --test seat.test.ts']
    const ended = await type({ language: 'sh', words: [], line: 0, lines, given: undefined })
    expect(ended).toMatchObject({ code: 1, out: expect.stringContaining("error.by: expected 'Eve', got 'Ada'") })
  }, 120_000)
})
