import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Examples, makeExamples, placedIn } from './Examples.ts'
import { codeBlocks, commentsOf, examples } from './markdown.ts'
import { runNode } from './processes.ts'
import { root } from './root.ts'
import { packages, sourcesOf } from './sourceRules.ts'

const markdownBelow = (directory: string): ReadonlyArray<string> =>
  existsSync(join(root, directory))
    ? readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.md'))
        .map((name) => join(directory, name))
    : []

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...markdownBelow('docs'),
  ...readdirSync(join(root, 'packages')).flatMap((name) => [
    `packages/${name}/README.md`,
    `packages/${name}/src/internal/README.md`,
  ]),
].filter((file) => existsSync(join(root, file)))

const textOf = (file: string): string => readFileSync(join(root, file), 'utf8')

/** The comments of published sources have examples as well. */
const sources = packages.filter((one) => one.private !== true).flatMap(({ directory }) => sourcesOf(directory))

const real = placedIn([
  ...documents.map((file) => [file, textOf(file)] as const),
  ...sources.map((file) => [file, commentsOf(textOf(file))] as const),
])

const block = (kind: string, ...lines: ReadonlyArray<string>): string =>
  ['```'.concat(kind), ...lines, '```', ''].join('\n')

/** Proofs that the checks below can fail. */
const planted = placedIn([
  ['wrong-type', block('ts', "const a: number = 'a'")],
  ['wrong-import', block('ts', "import { nothing } from '@foldlog/core'")],
  ['right', block('ts run', "const a: string = 'a'", 'console.log(a)') + block('text', 'a')],
  ['throws', block('ts run', "throw new Error('a')")],
  ['database', block('ts run', "console.log(new URL(process.env['DATABASE_URL'] ?? '').protocol)")],
])

let made: Examples

beforeAll(async () => {
  expect(await runNode(root, ['scripts/build.mjs'])).toMatchObject({ code: 0 })
  made = await makeExamples([...real, ...planted])
}, 300_000)

afterAll(() => made?.remove())

describe('examples in documents', () => {
  it('compile in a valid project', () => {
    expect(made.complaints(undefined)).toEqual([])
  })

  for (const example of real) {
    it(`${example.document}:${example.line} type-checks`, () => {
      expect(made.complaints(example)).toEqual([])
    })

    if (example.prints !== undefined)
      it(`${example.document}:${example.line} prints what the document shows`, async () => {
        const { code, out, err } = await made.run(example)
        expect({ code, out: out.trimEnd(), err }).toEqual({ code: 0, out: example.prints, err: '' })
      })
  }
})

/** Links of a document to files of the repository, with what they name. */
const links = (document: string, text: string): ReadonlyArray<string> =>
  [...text.matchAll(/\]\(([^)\s#]+)(#[^)]*)?\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => join(dirname(document), target))

describe('links in documents', () => {
  it.each(documents)('%s resolves', (document) => {
    const dead = links(document, readFileSync(join(root, document), 'utf8')).filter(
      (file) => !existsSync(join(root, file)),
    )
    expect(dead).toEqual([])
  })

  it('are found', () => {
    expect(links('docs/a.md', '[a](b.md) [c](../d/e.ts#f) [g](https://h.i/j) [k](#l)')).toEqual(['docs/b.md', 'd/e.ts'])
  })
})

/** The allowed kinds of blocks. Any other would be code that is never compiled. */
const languages = ['ts', 'text', 'sh', 'sql', 'json', 'html', 'mermaid']

const unchecked = (document: string, text: string): ReadonlyArray<string> =>
  codeBlocks(text)
    .filter(({ language, words }) => !languages.includes(language) && !words.includes('theirs'))
    .map(({ language, line }) => `${document}:${line}: ${language}`)

describe('code blocks', () => {
  it('have a language that is checked, or are marked as foreign', () => {
    expect(documents.flatMap((document) => unchecked(document, textOf(document)))).toEqual([])
  })

  it('of foreign libraries are in the pages that compare them, and nowhere else', () => {
    const theirs = documents.filter((document) =>
      codeBlocks(textOf(document)).some(({ words }) => words.includes('theirs')),
    )
    expect(theirs.filter((document) => !document.startsWith('docs/from/'))).toEqual([])
    expect(theirs).not.toEqual([])
  })

  it('are detected when they have neither', () => {
    const blocks = block('typescript', 'a') + block('typescript theirs', 'b') + block('ts', 'c') + block('js', 'd')
    expect(unchecked('a.md', blocks)).toEqual(['a.md:2: typescript', 'a.md:11: js'])
  })
})

describe('the check of examples', () => {
  const about = (document: string) => {
    const found = planted.find((example) => example.document === document)
    if (found === undefined) throw new Error(document)
    return found
  }

  it('detects wrong types, and imports of names that are not exported', () => {
    expect(made.complaints(about('wrong-type'))).toEqual([expect.stringContaining('TS2322')])
    expect(made.complaints(about('wrong-import'))).toEqual([expect.stringContaining('TS2305')])
    expect(made.complaints(about('right'))).toEqual([])
  })

  it('runs', async () => {
    expect(await made.run(about('right'))).toEqual({ code: 0, out: 'a\n', err: '' })
    expect(await made.run(about('throws'))).toMatchObject({ code: 1, err: expect.stringContaining('Error: a') })
    expect(await made.run(about('database'))).toEqual({ code: 0, out: 'postgres:\n', err: '' })
  })

  it('finds examples in comments, with their line numbers in the source', () => {
    const source = [
      'const a = 1',
      '/**',
      ' * A.',
      ' *',
      ' * @example',
      ...block('ts run', 'b', '', '  c')
        .trimEnd()
        .split('\n')
        .map((line) => ` * ${line}`),
      ' */',
      '```ts',
      'export const d = 1',
    ].join('\n')
    expect(examples(commentsOf(source))).toEqual([{ line: 7, code: `${'\n'.repeat(6)}b\n\n  c`, prints: '' }])
  })

  it('finds examples where they are, with their output', () => {
    const given = ['<!-- given', 'declare const b: number', '-->', ''].join('\n')
    const document =
      block('ts run', 'a') +
      block('text', 'A') +
      given +
      block('ts', 'c') +
      block('ts continues run', 'd') +
      block('sh', 'e')
    expect(examples(document)).toEqual([
      { line: 2, code: '\na', prints: 'A' },
      { line: 11, code: `${'\n'.repeat(7)}declare const b: number\n\n\nc`, prints: undefined },
      { line: 14, code: `${'\n'.repeat(7)}declare const b: number\n\n\nc\n\n\nd`, prints: '' },
    ])
  })
})
