import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'

const rows = readFileSync(new URL('../../../docs/handler-store.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| -{3}/.test(line))

/** The laws in the last cell of a row, as `file.ts: beginning of a name`; heads of tables have the word `test`. */
const lawsOf = (row: string): ReadonlyArray<string> => (row.split(' | ').at(-1) ?? '').replace(/ \|$/, '').split(' · ')

describe('docs/handler-store.md', () => {
  it('names a law in every row', () => {
    expect(rows.length).toBeGreaterThan(40)
    for (const row of rows) {
      for (const law of lawsOf(row)) expect(law).toMatch(/^(test|\w+\.ts: .+)$/)
    }
  })

  it('names existing laws', () => {
    for (const law of rows.flatMap(lawsOf).filter((one) => one !== 'test')) {
      const [file = '', name = ''] = law.split('.ts: ')
      const source = readFileSync(new URL(`../src/laws/handlers/${file}.ts`, import.meta.url), 'utf8')
      expect({ law, there: source.includes(`'${name}`) }).toEqual({ law, there: true })
    }
  })
})
