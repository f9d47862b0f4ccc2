import { readFileSync } from 'node:fs'
import { storeLaws } from '@foldlog/testing/laws'
import { describe, expect, it } from '@jest/globals'

const rows = readFileSync(new URL('../../../docs/store-behaviour.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| -{3}/.test(line))

/** The laws in the last cell of a row, as `group: beginning of a name`; heads of tables have the word `law`. */
const lawsOf = (row: string): ReadonlyArray<string> => (row.split(' | ').at(-1) ?? '').replace(/ \|$/, '').split(' · ')

const documentedLaws = rows.flatMap(lawsOf).filter((one) => one !== 'law')

const names = storeLaws.map(({ group, name }) => `${group}: ${name}`)

describe('docs/store-behaviour.md', () => {
  it('names a law in every row', () => {
    expect(rows.length).toBeGreaterThan(80)
    expect(documentedLaws.filter((one) => !/^[\w ’]+: \S/.test(one))).toEqual([])
  })

  it('names existing laws, each unambiguously', () => {
    expect(documentedLaws.filter((one) => names.filter((name) => name.startsWith(one)).length !== 1)).toEqual([])
  })

  it('names every law', () => {
    expect(names.filter((name) => !documentedLaws.some((one) => name.startsWith(one)))).toEqual([])
  })

  it('has laws with distinct names', () => {
    expect(names).toEqual([...new Set(names)])
  })
})
