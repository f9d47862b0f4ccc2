import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'

const rows = readFileSync(new URL('../../../../docs/store-behaviour.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| -{3}/.test(line))

/** `file.ts: beginning of a name`, as the last cell of a row has it; heads of tables have the word `test`. */
const testsOf = (row: string): ReadonlyArray<string> => (row.split(' | ').at(-1) ?? '').replace(/ \|$/, '').split(' · ')

describe('docs/store-behaviour.md', () => {
  it('names a test for every row', () => {
    expect(rows.length).toBeGreaterThan(80)
    for (const row of rows) {
      for (const test of testsOf(row)) expect(test).toMatch(/^(test|\w+\.ts: .+)$/)
    }
  })

  it('names tests that are there', () => {
    for (const test of rows.flatMap(testsOf).filter((one) => one !== 'test')) {
      const [file = '', name = ''] = test.split('.ts: ')
      const source = readFileSync(new URL(`${file}.ts`, import.meta.url), 'utf8')
      expect({ test, there: source.includes(name) }).toEqual({ test, there: true })
    }
  })
})
