import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { root } from './root.ts'
import { sourcesBelow, textOf } from './wording.ts'

interface Term {
  readonly term: string
  readonly meaning: string
  /** The names of code, and those of SQL. */
  readonly names: ReadonlyArray<string>
}

/** The rows of the tables with three columns. */
const termsOf = (text: string): ReadonlyArray<Term> =>
  text.split('\n').flatMap((line) => {
    const [, term, meaning, names, ...rest] = line.split('|').map((cell) => cell.trim())
    if (term === undefined || meaning === undefined || names === undefined || rest.length !== 1) return []
    if (term === 'term' || /^-+$/.test(term)) return []
    return [{ term, meaning, names: [...names.matchAll(/[`*]([^`*]+)[`*]/g)].map(([, name = '']) => name) }]
  })

const unknownNames = (terms: ReadonlyArray<Term>, words: ReadonlySet<string>): ReadonlyArray<string> =>
  terms.flatMap(({ term, names }) => names.filter((name) => !words.has(name)).map((name) => `${term}: ${name}`))

const repeated = (terms: ReadonlyArray<Term>): ReadonlyArray<string> => {
  const all = terms.flatMap(({ term }) => term.split(', '))
  return all.filter((term, index) => all.indexOf(term) !== index)
}

describe('the glossary', () => {
  const terms = termsOf(readFileSync(join(root, 'docs/glossary.md'), 'utf8'))

  it('names only what is in the sources and in SQL', () => {
    const files = sourcesBelow('packages').filter((file) => /^packages\/[^/]+\/(src|sql)\//.test(file))
    const words = new Set(files.flatMap((file) => textOf(file).match(/\w+/g) ?? []))
    expect(terms.length).toBeGreaterThan(100)
    expect(unknownNames(terms, words)).toEqual([])
  })

  it('gives every term one meaning and a name', () => {
    expect(repeated(terms)).toEqual([])
    expect(terms.filter(({ meaning, names }) => meaning === '' || names.length === 0)).toEqual([])
  })

  it('is checked', () => {
    const wrong = termsOf('| term | meaning | in |\n| --- | --- | --- |\n| a | A. | `A`, *as* |\n| b, a | B. | |\n')
    expect(wrong).toEqual([
      { term: 'a', meaning: 'A.', names: ['A', 'as'] },
      { term: 'b, a', meaning: 'B.', names: [] },
    ])
    expect(unknownNames(wrong, new Set(['A']))).toEqual(['a: as'])
    expect(repeated(wrong)).toEqual(['a'])
  })
})
