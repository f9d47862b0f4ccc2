import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { block, documents, textOf } from './documentFiles.ts'
import { codeBlocks } from './markdown.ts'
import { root } from './root.ts'

/** Links of a document to files of the repository, with what they name. */
const links = (document: string, text: string): ReadonlyArray<string> =>
  [...text.matchAll(/\]\(([^)\s#]+)(#[^)]*)?\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => join(dirname(document), target))

describe('links in documents', () => {
  it.each(documents)('%s resolves', (document) => {
    const dead = links(document, textOf(document)).filter((file) => !existsSync(join(root, file)))
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
