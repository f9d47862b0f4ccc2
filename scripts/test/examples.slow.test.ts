import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { block, documents, textOf } from './documentFiles.ts'
import { type Examples, makeExamples, placedIn } from './Examples.ts'
import { commentsOf, examples } from './markdown.ts'
import { runNode } from './processes.ts'
import { root } from './root.ts'
import { packages, sourcesOf } from './sourceRules.ts'

/** The comments of published sources have examples as well. */
const sources = packages.filter((one) => one.private !== true).flatMap(({ directory }) => sourcesOf(directory))

const real = placedIn([
  ...documents.map((file) => [file, textOf(file)] as const),
  ...sources.map((file) => [file, commentsOf(textOf(file))] as const),
])

/** Proofs that the checks below can fail. */
const planted = placedIn([
  ['wrong-type', block('ts', "const a: number = 'a'")],
  ['wrong-import', block('ts', "import { nothing } from '@foldlog/core'")],
  ['right', block('ts run', "const a: string = 'a'", 'console.log(a)') + block('text', 'a')],
  ['throws', block('ts run', "throw new Error('a')")],
  ['database', block('ts run', "console.log(new URL(process.env['FOLDLOG_DATABASE_URL'] ?? '').protocol)")],
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
